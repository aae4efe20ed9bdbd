/** The emoji that apps use by name, as characters; a name that is not here stays the text that it is. */

const TABLE = `
+1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 100 💯 1234 🔢 abc 🔤 airplane ✈️ alarm_clock ⏰ alien 👽 anchor ⚓ angry 😠
apple 🍎 arrow_down ⬇️ arrow_forward ▶️ arrow_left ⬅️ arrow_lower_right ↘️ arrow_right ➡️ arrow_up ⬆️
arrow_upper_right ↗️ arrows_clockwise 🔃 arrows_counterclockwise 🔄 art 🎨 astonished 😲 avocado 🥑 balloon 🎈
bangbang ‼️ bar_chart 📊 battery 🔋 beach_with_umbrella 🏖️ bear 🐻 bee 🐝 beer 🍺 beers 🍻 bell 🔔 bike 🚲
birthday 🎂 black_circle ⚫ black_heart 🖤 black_square 🔲 blossom 🌼 blue_heart 💙 blush 😊 bomb 💣 book 📖
bookmark 🔖 bookmark_tabs 📑 books 📚 boom 💥 collision 💥 bouquet 💐 bow 🙇 bowtie 🤵 brain 🧠 bread 🍞 briefcase 💼
broken_heart 💔 bug 🐛 building_construction 🏗️ bulb 💡 busts_in_silhouette 👥 butterfly 🦋 cactus 🌵 cake 🍰
calendar 📆 camera 📷 camera_with_flash 📸 card_index_dividers 🗂️ cat 🐱 chart_with_downwards_trend 📉
chart_with_upwards_trend 📈 checkered_flag 🏁 cherry_blossom 🌸 christmas_tree 🎄 clap 👏 clapper 🎬 clipboard 📋
clock1 🕐 clock3 🕒 closed_book 📕 closed_lock_with_key 🔐 cloud ☁️ clown_face 🤡 coffee ☕ cold_face 🥶 compass 🧭
computer 💻 confetti_ball 🎊 confused 😕 construction 🚧 construction_worker 👷 cookie 🍪 copyright ©️ credit_card 💳
crescent_moon 🌙 crossed_fingers 🤞 crown 👑 cry 😢 crystal_ball 🔮 cyclone 🌀 dart 🎯 date 📅 deciduous_tree 🌳
desert_island 🏝️ desktop_computer 🖥️ diamond_shape_with_a_dot_inside 💠 disappointed 😞 dizzy 💫 dog 🐶 dollar 💵
dolphin 🐬 door 🚪 dove_of_peace 🕊️ droplet 💧 earth_africa 🌍 earth_americas 🌎 earth_asia 🌏 eight 8️⃣ egg 🥚
electric_plug 🔌 email ✉️ envelope ✉️ envelope_with_arrow 📩 e-mail 📧 evergreen_tree 🌲 exclamation ❗
heavy_exclamation_mark ❗ exploding_head 🤯 eye 👁️ eyes 👀 face_with_monocle 🧐 face_with_rolling_eyes 🙄 facepalm 🤦
factory 🏭 fallen_leaf 🍂 fire 🔥 fireworks 🎆 fish 🐟 fist ✊ facepunch 👊 punch 👊 five 5️⃣ flags 🎏 floppy_disk 💾
flushed 😳 four 4️⃣ four_leaf_clover 🍀 fox_face 🦊 frame_with_picture 🖼️ free 🆓 frowning 😦 gear ⚙️ gem 💎 ghost 👻
gift 🎁 globe_with_meridians 🌐 green_apple 🍏 green_book 📗 green_heart 💚 grey_exclamation ❕ grey_question ❔
grimacing 😬 grin 😁 grinning 😀 guitar 🎸 hammer 🔨 hammer_and_wrench 🛠️ handshake 🤝 hatching_chick 🐣
headphones 🎧 hear_no_evil 🙉 heart ❤️ heart_eyes 😍 heavy_check_mark ✔️ heavy_minus_sign ➖ heavy_multiplication_x ✖️
heavy_plus_sign ➕ herb 🌿 hibiscus 🌺 hot_face 🥵 hourglass ⌛ hourglass_flowing_sand ⏳ house 🏠 hugging_face 🤗
hushed 😯 inbox_tray 📥 information_source ℹ️ innocent 😇 iphone 📱 jigsaw 🧩 joy 😂 key 🔑 keyboard ⌨️ kissing_heart 😘
label 🏷️ lab_coat 🥼 large_blue_circle 🔵 large_green_circle 🟢 large_orange_circle 🟠 large_purple_circle 🟣
large_yellow_circle 🟡 laughing 😆 satisfied 😆 leaves 🍃 lemon 🍋 link 🔗 lightning ⚡ zap ⚡ lock 🔒
lock_with_ink_pen 🔏 loud_sound 🔊 loudspeaker 📢 lower_left_paintbrush 🖌️ lower_left_crayon 🖍️ mag 🔍 mag_right 🔎
magic_wand 🪄 mailbox 📫 maple_leaf 🍁 mask 😷 mega 📣 memo 📝 pencil 📝 microphone 🎤 microscope 🔬 money_with_wings 💸
moneybag 💰 mortar_board 🎓 mountain ⛰️ movie_camera 🎥 muscle 💪 mushroom 🍄 musical_note 🎵 nail_care 💅 nerd_face 🤓
neutral_face 😐 new 🆕 new_moon 🌑 newspaper 📰 nine 9️⃣ no_bell 🔕 no_entry ⛔ no_entry_sign 🚫 notebook 📓 notes 🎶
ocean 🌊 octopus 🐙 ok 🆗 ok_hand 👌 ok_woman 🙆 one 1️⃣ open_file_folder 📂 open_hands 👐 open_mouth 😮
orange_heart 🧡 outbox_tray 📤 package 📦 page_facing_up 📄 page_with_curl 📃 palm_tree 🌴 panda_face 🐼 paperclip 📎
partying_face 🥳 pause_button ⏸️ double_vertical_bar ⏸️ peach 🍑 pensive 😔 performing_arts 🎭 persevere 😣
pin 📍 round_pushpin 📍 pinching_hand 🤏 pineapple 🍍 pizza 🍕 point_down 👇 point_left 👈 point_right 👉 point_up ☝️
point_up_2 👆 pray 🙏 printer 🖨️ purple_heart 💜 pushpin 📌 question ❓ rabbit 🐰 rainbow 🌈 raised_hand ✋ hand ✋
raised_hands 🙌 raising_hand 🙋 receipt 🧾 recycle ♻️ red_circle 🔴 relaxed ☺️ relieved 😌 repeat 🔁 repeat_one 🔂
rewind ⏪ ribbon 🎀 robot_face 🤖 rocket 🚀 rose 🌹 rotating_light 🚨 running 🏃 runner 🏃 sad 😢 salt 🧂 scissors ✂️
scream 😱 scroll 📜 see_no_evil 🙈 seedling 🌱 seven 7️⃣ shield 🛡️ shipit 🐿️ shopping_bags 🛍️ shrug 🤷 simple_smile 🙂
six 6️⃣ skull 💀 sleeping 😴 slightly_frowning_face 🙁 slightly_smiling_face 🙂 smile 😄 smiley 😃 smirk 😏 snail 🐌
snowflake ❄️ sob 😭 sos 🆘 sound 🔉 space_invader 👾 sparkle ❇️ sparkler 🎇 sparkles ✨ sparkling_heart 💖
speak_no_evil 🙊 speech_balloon 💬 spiral_calendar_pad 🗓️ sports_medal 🏅 star ⭐ star-struck 🤩 star2 🌟 stars 🌠
stop_sign 🛑 octagonal_sign 🛑 black_square_for_stop ⏹️ stopwatch ⏱️ strawberry 🍓 sun_with_face 🌞 sunflower 🌻
sunglasses 😎 sunny ☀️ sunrise 🌅 sweat 😓 sweat_drops 💦 sweat_smile 😅 tada 🎉 tea 🍵 telephone ☎️ phone ☎️
telescope 🔭 test_tube 🧪 thermometer 🌡️ thinking_face 🤔 thought_balloon 💭 three 3️⃣ three_button_mouse 🖱️
thread 🧵 ticket 🎫 timer_clock ⏲️ tired_face 😫 toolbox 🧰 tools 🛠️ top 🔝 traffic_light 🚥 triangular_flag_on_post 🚩
triangular_ruler 📐 trophy 🏆 truck 🚚 tulip 🌷 turtle 🐢 tv 📺 two 2️⃣ two_hearts 💕 umbrella ☔ unamused 😒 unicorn_face 🦄
unlock 🔓 up 🆙 upside_down_face 🙃 v ✌️ vertical_traffic_light 🚦 video_camera 📹 wastebasket 🗑️ watch ⌚
watermelon 🍉 wave 👋 weary 😩 whale 🐳 white_check_mark ✅ white_circle ⚪ white_heart 🤍 wilted_flower 🥀
wind_blowing_face 🌬️ wine_glass 🍷 wink 😉 wolf 🐺 woman-shrugging 🤷‍♀️ man-shrugging 🤷‍♂️ world_map 🗺️ worried 😟 wrench 🔧
writing_hand ✍️ x ❌ yellow_heart 💛 yum 😋 zany_face 🤪 zero 0️⃣ zzz 💤 keycap_ten 🔟 eight_spoked_asterisk ✳️
negative_squared_cross_mark ❎ ballot_box_with_check ☑️ small_blue_diamond 🔹 small_orange_diamond 🔸
large_blue_square 🟦 large_green_square 🟩 large_red_square 🟥 large_yellow_square 🟨 large_purple_square 🟪
white_large_square ⬜ black_large_square ⬛ radio_button 🔘 warning ⚠️ melting_face 🫠 saluting_face 🫡 heart_hands 🫶
`.trim().split(/\s+/);

const EMOJI = new Map();
for (let at = 0; at < TABLE.length; at += 2) EMOJI.set(TABLE[at], TABLE[at + 1]);

const SKIN_TONES = ["", "", "🏻", "🏼", "🏽", "🏾", "🏿"];
const NAMED = /:([a-z0-9_+-]+):(?::skin-tone-([2-6]):)?/g;

/** Return the character of an emoji, or null for a name that is not known. */
export function emojiCharacter(name, skinTone = 0) {
  const character = EMOJI.get(name);
  return character ? character.replace("\ufe0f", skinTone ? "" : "\ufe0f") + (SKIN_TONES[skinTone] ?? "") : null;
}

/** Cut a text at its emoji: strings, and `{name, character}` where one is named. */
export function splitEmoji(text) {
  const pieces = [];
  let end = 0;
  for (const match of text.matchAll(NAMED)) {
    const character = emojiCharacter(match[1], Number(match[2] ?? 0));
    if (!character) continue;
    pieces.push(text.slice(end, match.index), { name: match[1], character });
    end = match.index + match[0].length;
  }
  pieces.push(text.slice(end));
  return pieces.filter((piece) => piece !== "");
}
