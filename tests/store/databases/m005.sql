BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'bloom','m001_first_tables','2026-11-23 14:15:27.766984+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'bloom','m002_leases','2026-11-23 14:15:27.768721+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'bloom','m003_many_workspaces','2026-11-23 14:15:27.771564+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'bloom','m004_looking_after','2026-11-23 14:15:27.773154+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'bloom','m005_results','2026-11-23 14:15:27.776811+00:00');
CREATE TABLE "audit_log" (
   "id" TEXT PRIMARY KEY NOT NULL,
   "workspace_id" TEXT NOT NULL,
   "at" TEXT NOT NULL,
   "action" TEXT NOT NULL,
   "subject" TEXT NOT NULL,
   "detail" TEXT NOT NULL,
   "user_id" TEXT
) STRICT;
CREATE TABLE "bloom_clients" (
   "redirect_uri" TEXT PRIMARY KEY NOT NULL,
   "client_id" TEXT NOT NULL
) STRICT;
CREATE TABLE "bloom_requests" (
   "credential_id" TEXT NOT NULL,
   "at" TEXT NOT NULL
) STRICT;
CREATE TABLE "brand_jobs" (
   "id" TEXT PRIMARY KEY NOT NULL,
   "workspace_id" TEXT NOT NULL,
   "connection_id" TEXT NOT NULL,
   "asked_by" TEXT NOT NULL,
   "created_at" TEXT NOT NULL,
   "wanted" TEXT NOT NULL,
   "brand_id" TEXT
) STRICT;
CREATE TABLE "brand_looks" (
   "workspace_id" TEXT PRIMARY KEY NOT NULL,
   "seen_at" TEXT NOT NULL,
   "brands" TEXT NOT NULL
) STRICT;
CREATE TABLE "canaries" (
   "sealed" TEXT PRIMARY KEY NOT NULL
) STRICT;
INSERT INTO "canaries" VALUES('gAAAAABrBEp_OsS4WGxhFLX8pU9SABb7S_bDEo3lSrCfQ3092aRAYHbJ2KMYvg0-Fm9LVXfvFT1XCy7Ql6viTNuUlcmQh25BAA==');
CREATE TABLE "connections" (
   "id" TEXT PRIMARY KEY NOT NULL,
   "workspace_id" TEXT NOT NULL,
   "credential" TEXT NOT NULL,
   "account_email" TEXT NOT NULL,
   "connected_at" TEXT NOT NULL,
   "account_name" TEXT,
   "connected_by" TEXT,
   "client_id" TEXT,
   "refresh_token" TEXT,
   "expires_at" TEXT,
   "bloom_workspace_id" TEXT,
   "bloom_workspace_name" TEXT,
   "bloom_workspace_is_personal" INTEGER,
   "is_broken" INTEGER NOT NULL DEFAULT 0,
   "is_replaced" INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO "connections" VALUES('c1-T1','T1','gAAAAABrBEp_B055rg_8Q4A_GgPGHWAn0gvLPJLvw-bTD5YryZ9VrmiZjaHOzQVBx41RKsqEHVR8d-g7NMbohQ0GcHT-rMhYtYNu0aJebIfR_wAboFK4YWo=','ada@acme.com','2026-11-22T12:00:00.000000+00:00','Ada','U1',NULL,NULL,NULL,NULL,NULL,NULL,0,0);
CREATE TABLE "enterprise_workspaces" (
   "workspace_id" TEXT PRIMARY KEY NOT NULL,
   "enterprise_id" TEXT NOT NULL
) STRICT;
CREATE TABLE "generation_images" (
   "image_id" TEXT PRIMARY KEY NOT NULL,
   "generation_id" TEXT NOT NULL REFERENCES "generations"("id"),
   "position" INTEGER NOT NULL
) STRICT;
INSERT INTO "generation_images" VALUES('i1','g-whole',0);
INSERT INTO "generation_images" VALUES('i2','g-whole',1);
INSERT INTO "generation_images" VALUES('i3','g-partly',0);
INSERT INTO "generation_images" VALUES('i4','g-partly',1);
INSERT INTO "generation_images" VALUES('i5','g-waiting',0);
INSERT INTO "generation_images" VALUES('i6','g-waiting',1);
CREATE TABLE "generations" (
   "id" TEXT PRIMARY KEY NOT NULL,
   "key" TEXT NOT NULL,
   "workspace_id" TEXT NOT NULL,
   "channel_id" TEXT NOT NULL,
   "user_id" TEXT NOT NULL,
   "brand_id" TEXT NOT NULL,
   "brand_name" TEXT NOT NULL,
   "parameters" TEXT NOT NULL,
   "thread_id" TEXT,
   "created_at" TEXT NOT NULL,
   "state" TEXT NOT NULL,
   "place_channel_id" TEXT,
   "place_message_id" TEXT,
   "place_thread_id" TEXT,
   "place_is_fallback" INTEGER,
   "submitted_at" TEXT,
   "attempts" INTEGER NOT NULL DEFAULT 0,
   "images" TEXT NOT NULL DEFAULT '[]',
   "failure_code" TEXT,
   "failure_detail" TEXT,
   "failure_action_url" TEXT,
   "reply_id" TEXT,
   "finished_at" TEXT
, "owner" TEXT, "cancelled_by" TEXT, "faults" INTEGER NOT NULL DEFAULT 0, "is_stale" INTEGER NOT NULL DEFAULT 0, "connection_id" TEXT, "credits" INTEGER NOT NULL DEFAULT 0, "source" TEXT, "is_preview" INTEGER NOT NULL DEFAULT 0, "yields" TEXT NOT NULL DEFAULT '[]', "gathered_ids" TEXT NOT NULL DEFAULT '[]', "shortfall" TEXT, "orders" INTEGER NOT NULL DEFAULT 1, spent INTEGER GENERATED ALWAYS AS (CASE WHEN state NOT IN ('delivered', 'failed', 'cancelled') THEN credits WHEN submitted_at IS NULL THEN 0 WHEN json_valid(yields) THEN credits * MAX(json_array_length(yields), 1) / orders ELSE credits END)) STRICT;
INSERT INTO "generations" VALUES('g-whole','whole','T1','C1','U1','b1','Acme','{"prompt":"A red door","brand_id":"b1","aspect_ratio":null,"size":"2K","model":"pro","variants":2,"reference_ids":[],"attachments":[],"operation":"generation","subject_id":null,"further_ratios":[]}',NULL,'2026-11-22T12:00:00.000000+00:00','delivered','C1','17.1','17.1',0,'2026-11-22T12:00:00.000000+00:00',0,'[{"id":"i1","state":"completed","failure_reason":null,"url":"https://x/i1","prompt":"A red door","description":null,"aspect_ratio":null,"width":null,"height":null,"source":null,"action":null,"brand_id":null,"variant_group_id":null,"bloom_workspace_id":null,"created_at":null,"deleted_by":null},{"id":"i2","state":"completed","failure_reason":null,"url":"https://x/i2","prompt":"A red door","description":null,"aspect_ratio":null,"width":null,"height":null,"source":null,"action":null,"brand_id":null,"variant_group_id":null,"bloom_workspace_id":null,"created_at":null,"deleted_by":"U1"}]',NULL,NULL,NULL,'17.2','2026-11-22T12:00:00.000000+00:00',NULL,NULL,0,0,'c1-T1',2,NULL,0,'[2]','[]',NULL,1);
INSERT INTO "generations" VALUES('g-partly','partly','T1','C1','U1','b1','Acme','{"prompt":"A red door","brand_id":"b1","aspect_ratio":null,"size":"2K","model":"pro","variants":2,"reference_ids":[],"attachments":[],"operation":"generation","subject_id":null,"further_ratios":[]}',NULL,'2026-11-22T12:00:00.000000+00:00','delivered','C1','17.1','17.1',0,'2026-11-22T12:00:00.000000+00:00',0,'[{"id":"i3","state":"completed","failure_reason":null,"url":"https://x/i3","prompt":"A red door","description":null,"aspect_ratio":null,"width":null,"height":null,"source":null,"action":null,"brand_id":null,"variant_group_id":null,"bloom_workspace_id":null,"created_at":null,"deleted_by":null},{"id":"i4","state":"failed","failure_reason":"no","url":null,"prompt":null,"description":null,"aspect_ratio":null,"width":null,"height":null,"source":null,"action":null,"brand_id":null,"variant_group_id":null,"bloom_workspace_id":null,"created_at":null,"deleted_by":null}]',NULL,NULL,NULL,'17.3','2026-11-22T12:00:00.000000+00:00',NULL,NULL,0,0,'c1-T1',2,NULL,0,'[2]','[]',NULL,1);
INSERT INTO "generations" VALUES('g-waiting','waiting','T1','C1','U1','b1','Acme','{"prompt":"A red door","brand_id":"b1","aspect_ratio":null,"size":"2K","model":"pro","variants":2,"reference_ids":[],"attachments":[],"operation":"generation","subject_id":null,"further_ratios":[]}',NULL,'2026-11-22T12:00:00.000000+00:00','waiting','C1','17.1','17.1',0,'2026-11-22T12:00:00.000000+00:00',0,'[{"id":"i5","state":"pending","failure_reason":null,"url":null,"prompt":null,"description":null,"aspect_ratio":null,"width":null,"height":null,"source":null,"action":null,"brand_id":null,"variant_group_id":null,"bloom_workspace_id":null,"created_at":null,"deleted_by":null},{"id":"i6","state":"pending","failure_reason":null,"url":null,"prompt":null,"description":null,"aspect_ratio":null,"width":null,"height":null,"source":null,"action":null,"brand_id":null,"variant_group_id":null,"bloom_workspace_id":null,"created_at":null,"deleted_by":null}]',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,'c1-T1',2,NULL,0,'[2]','[]',NULL,1);
CREATE TABLE "installations" (
   "id" TEXT PRIMARY KEY NOT NULL,
   "workspace_id" TEXT,
   "enterprise_id" TEXT,
   "bot_token" TEXT NOT NULL,
   "bot_id" TEXT NOT NULL,
   "bot_user_id" TEXT NOT NULL,
   "app_id" TEXT,
   "scopes" TEXT NOT NULL,
   "name" TEXT NOT NULL,
   "installed_by" TEXT,
   "installed_at" TEXT,
   "refresh_token" TEXT,
   "expires_at" TEXT
) STRICT;
CREATE TABLE "leases" (
   "worker_id" TEXT PRIMARY KEY NOT NULL,
   "expires_at" TEXT NOT NULL
) STRICT;
CREATE TABLE "managers" (
   "workspace_id" TEXT NOT NULL,
   "user_id" TEXT NOT NULL,
   PRIMARY KEY ("workspace_id", "user_id")
) STRICT;
CREATE TABLE "preferences" (
   "workspace_id" TEXT NOT NULL,
   "revision" INTEGER NOT NULL,
   "defaults" TEXT NOT NULL,
   "channels" TEXT NOT NULL,
   "limits" TEXT NOT NULL,
   "changed_by" TEXT,
   "changed_at" TEXT,
   PRIMARY KEY ("workspace_id", "revision")
) STRICT;
CREATE TABLE "showings" (
   "image_id" TEXT NOT NULL,
   "generation_id" TEXT NOT NULL REFERENCES "generations"("id"),
   "channel_id" TEXT NOT NULL,
   "message_id" TEXT NOT NULL,
   "thread_id" TEXT NOT NULL,
   "file_id" TEXT,
   "vector_id" TEXT,
   "shared_by" TEXT,
   "note" TEXT NOT NULL DEFAULT '',
   "is_link" INTEGER NOT NULL DEFAULT 0,
   PRIMARY KEY ("image_id", "channel_id", "message_id")
) STRICT;
INSERT INTO "showings" VALUES('i1','g-whole','C1','17.2','17.1',NULL,NULL,NULL,'',0);
INSERT INTO "showings" VALUES('i2','g-whole','C1','17.2','17.1',NULL,NULL,NULL,'',0);
CREATE TABLE "sign_ins" (
   "state_hash" TEXT PRIMARY KEY NOT NULL,
   "verifier" TEXT NOT NULL,
   "workspace_id" TEXT NOT NULL,
   "user_id" TEXT NOT NULL,
   "redirect_uri" TEXT NOT NULL,
   "expires_at" TEXT NOT NULL
) STRICT;
CREATE TABLE "slack_states" (
   "state_hash" TEXT PRIMARY KEY NOT NULL,
   "expires_at" TEXT NOT NULL
) STRICT;
CREATE TABLE "workplace" (
   "worker_id" TEXT PRIMARY KEY NOT NULL,
   "probes" INTEGER NOT NULL
) STRICT;
INSERT INTO "workplace" VALUES('344d90353f8842f1a24156b54181fa2b',0);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE UNIQUE INDEX "idx_generations_key"
    ON "generations" ("key");
CREATE INDEX "idx_generations_workspace_id_created_at"
    ON "generations" ("workspace_id", "created_at");
CREATE UNIQUE INDEX "idx_generation_images_generation_id_position"
    ON "generation_images" ("generation_id", "position");
CREATE INDEX idx_generations_stale ON generations (finished_at) WHERE is_stale;
CREATE INDEX idx_generations_unfinished ON generations (owner, created_at) WHERE state NOT IN ('delivered', 'failed', 'cancelled');
CREATE INDEX "idx_bloom_requests_credential_id_at"
    ON "bloom_requests" ("credential_id", "at");
CREATE INDEX "idx_enterprise_workspaces_enterprise_id"
    ON "enterprise_workspaces" ("enterprise_id");
CREATE INDEX "idx_sign_ins_expires_at"
    ON "sign_ins" ("expires_at");
CREATE INDEX "idx_slack_states_expires_at"
    ON "slack_states" ("expires_at");
CREATE INDEX "idx_connections_workspace_id"
    ON "connections" ("workspace_id");
CREATE UNIQUE INDEX idx_connections_present ON connections (workspace_id) WHERE NOT is_replaced;
CREATE INDEX "idx_audit_log_workspace_id_at_id"
    ON "audit_log" ("workspace_id", "at", "id");
CREATE INDEX idx_generations_made ON generations (workspace_id, created_at, id) WHERE state = 'delivered';
CREATE INDEX idx_generations_spent ON generations (workspace_id, created_at, user_id, spent);
CREATE INDEX "idx_showings_generation_id"
    ON "showings" ("generation_id");
CREATE INDEX "idx_showings_channel_id_thread_id_message_id"
    ON "showings" ("channel_id", "thread_id", "message_id");
COMMIT;
