"""The stand-ins of our own ports that several tests share; everything else in the tests is the real part."""
