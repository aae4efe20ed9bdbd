BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'bloom','m001_first_tables','2026-11-23 05:18:52.351892+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'bloom','m002_leases','2026-11-23 05:18:52.354121+00:00');
CREATE TABLE "bloom_requests" (
   "credential_id" TEXT NOT NULL,
   "at" TEXT NOT NULL
) STRICT;
INSERT INTO "bloom_requests" VALUES('c1','2026-11-22T12:00:00.000000+00:00');
CREATE TABLE "brand_looks" (
   "workspace_id" TEXT PRIMARY KEY NOT NULL,
   "seen_at" TEXT NOT NULL,
   "brands" TEXT NOT NULL
) STRICT;
INSERT INTO "brand_looks" VALUES('T1','2026-11-22T12:00:00.000000+00:00','[{"id":"b1","name":"Acme","url":"https://acme.com","state":"ready","image_count":12,"bloom_workspace_id":"w1","bloom_workspace_name":"Marketing","created_at":"2026-11-22T12:00:00Z"},{"id":"b2","name":"","url":"instagram.com/acme","state":"failed","image_count":0,"bloom_workspace_id":null,"bloom_workspace_name":"","created_at":null}]');
CREATE TABLE "canaries" (
   "sealed" TEXT PRIMARY KEY NOT NULL
) STRICT;
INSERT INTO "canaries" VALUES('gAAAAABrA8y8wf-y4DeT2v9DXy9fw4XiHZR26hL0SBUArLY3TaXRyMZTpiul0i9rdcyxHLgi16AO5DwAL8cOCjiIhE8H8UaUMA==');
CREATE TABLE "connections" (
   "workspace_id" TEXT PRIMARY KEY NOT NULL,
   "credential" TEXT NOT NULL,
   "account_email" TEXT NOT NULL,
   "account_name" TEXT,
   "connected_by" TEXT,
   "connected_at" TEXT NOT NULL
) STRICT;
INSERT INTO "connections" VALUES('T1','gAAAAABrA8y8JqqFVIjvw8qBkepwowkbO-O5CkEw-OnaDqNIdZzc4kw4rTPEo5BIuBdzryS_Qu411O9gw27zuS8wTkp8Ybj1-WI8AP0gwVvsdIQS1QGIE4A=','ada@acme.com','Ada','U1','2026-11-22T12:00:00.000000+00:00');
INSERT INTO "connections" VALUES('T2','gAAAAABrA8y88zCRobjoPHVvO6pVNk3iBwP2Ww_Bc9P-cZtbhWFVAMsaZ5RXtwh-7Erjm-ybkKDDJG9zr7Mq_MkBErk7sLRvtZYDvDbYpoN6W4_9JLU7a4g=','bob@other.com',NULL,NULL,'2026-11-22T12:00:00.000000+00:00');
CREATE TABLE "generation_images" (
   "image_id" TEXT PRIMARY KEY NOT NULL,
   "generation_id" TEXT NOT NULL REFERENCES "generations"("id"),
   "position" INTEGER NOT NULL
) STRICT;
INSERT INTO "generation_images" VALUES('i2','g2',0);
INSERT INTO "generation_images" VALUES('i3','g3',0);
INSERT INTO "generation_images" VALUES('i4','g4',0);
INSERT INTO "generation_images" VALUES('i5','g5',0);
INSERT INTO "generation_images" VALUES('i6','g6',0);
INSERT INTO "generation_images" VALUES('i7','g7',0);
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
, "owner" TEXT, "cancelled_by" TEXT, "faults" INTEGER NOT NULL DEFAULT 0, "is_stale" INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "generations" VALUES('g0','V0','T1','C1','U1','b1','Acme','{"prompt":"A red door","brand_id":"b1","aspect_ratio":null,"size":"2K","model":"pro","variants":1,"reference_ids":["r1","r2"]}','1700000000.000100','2026-11-22T12:00:00.000000+00:00','queued',NULL,NULL,NULL,NULL,NULL,0,'[]',NULL,NULL,NULL,NULL,NULL,'w',NULL,0,0);
INSERT INTO "generations" VALUES('g1','V1','T1','C1','U1','b1','Acme','{"prompt":"A red door","brand_id":"b1","aspect_ratio":null,"size":"2K","model":"pro","variants":1,"reference_ids":["r1","r2"]}','1700000000.000100','2026-11-22T12:01:00.000000+00:00','submitting','C1','17.1','17.0',0,NULL,0,'[]',NULL,NULL,NULL,NULL,NULL,'w',NULL,0,0);
INSERT INTO "generations" VALUES('g2','V2','T1','C1','U1','b1','Acme','{"prompt":"A red door","brand_id":"b1","aspect_ratio":null,"size":"2K","model":"pro","variants":1,"reference_ids":["r1","r2"]}','1700000000.000100','2026-11-22T12:02:00.000000+00:00','waiting','C1','17.1','17.0',0,NULL,0,'[]',NULL,NULL,NULL,NULL,NULL,'w',NULL,0,0);
INSERT INTO "generations" VALUES('g3','V3','T1','C1','U1','b1','Acme','{"prompt":"A red door","brand_id":"b1","aspect_ratio":null,"size":"2K","model":"pro","variants":1,"reference_ids":["r1","r2"]}','1700000000.000100','2026-11-22T12:03:00.000000+00:00','finished','C1','17.1','17.0',0,NULL,0,'[{"id":"i3","state":"completed","failure_reason":null,"url":"https://x/1","prompt":null,"description":null,"aspect_ratio":null,"width":null,"height":null,"source":null,"action":null,"brand_id":null,"variant_group_id":null,"bloom_workspace_id":null,"created_at":null}]',NULL,NULL,NULL,NULL,NULL,'w',NULL,0,0);
INSERT INTO "generations" VALUES('g4','V4','T1','C1','U1','b1','Acme','{"prompt":"A red door","brand_id":"b1","aspect_ratio":null,"size":"2K","model":"pro","variants":1,"reference_ids":["r1","r2"]}','1700000000.000100','2026-11-22T12:04:00.000000+00:00','posting','C1','17.1','17.0',0,NULL,0,'[{"id":"i4","state":"completed","failure_reason":null,"url":"https://x/1","prompt":null,"description":null,"aspect_ratio":null,"width":null,"height":null,"source":null,"action":null,"brand_id":null,"variant_group_id":null,"bloom_workspace_id":null,"created_at":null}]',NULL,NULL,NULL,NULL,NULL,'w',NULL,0,0);
INSERT INTO "generations" VALUES('g5','V5','T1','C1','U1','b1','Acme','{"prompt":"A red door","brand_id":"b1","aspect_ratio":null,"size":"2K","model":"pro","variants":1,"reference_ids":["r1","r2"]}','1700000000.000100','2026-11-22T12:05:00.000000+00:00','delivered','C1','17.1','17.0',0,NULL,0,'[{"id":"i5","state":"completed","failure_reason":null,"url":"https://x/1","prompt":null,"description":null,"aspect_ratio":null,"width":null,"height":null,"source":null,"action":null,"brand_id":null,"variant_group_id":null,"bloom_workspace_id":null,"created_at":null}]',NULL,NULL,NULL,NULL,'2026-11-22T13:00:00.000000+00:00',NULL,NULL,0,1);
INSERT INTO "generations" VALUES('g6','V6','T1','C1','U1','b1','Acme','{"prompt":"A red door","brand_id":"b1","aspect_ratio":null,"size":"2K","model":"pro","variants":1,"reference_ids":["r1","r2"]}','1700000000.000100','2026-11-22T12:06:00.000000+00:00','failed','C1','17.1','17.0',0,NULL,0,'[{"id":"i6","state":"completed","failure_reason":null,"url":"https://x/1","prompt":null,"description":null,"aspect_ratio":null,"width":null,"height":null,"source":null,"action":null,"brand_id":null,"variant_group_id":null,"bloom_workspace_id":null,"created_at":null}]','image_failed','why',NULL,NULL,'2026-11-22T13:00:00.000000+00:00',NULL,NULL,0,1);
INSERT INTO "generations" VALUES('g7','V7','T1','C1','U1','b1','Acme','{"prompt":"A red door","brand_id":"b1","aspect_ratio":null,"size":"2K","model":"pro","variants":1,"reference_ids":["r1","r2"]}','1700000000.000100','2026-11-22T12:07:00.000000+00:00','cancelled','C1','17.1','17.0',0,NULL,0,'[{"id":"i7","state":"completed","failure_reason":null,"url":"https://x/1","prompt":null,"description":null,"aspect_ratio":null,"width":null,"height":null,"source":null,"action":null,"brand_id":null,"variant_group_id":null,"bloom_workspace_id":null,"created_at":null}]',NULL,NULL,NULL,NULL,'2026-11-22T13:00:00.000000+00:00',NULL,NULL,0,1);
INSERT INTO "generations" VALUES('g9','V9','T3','C1','U1','b1','Acme','{"prompt":"A red door","brand_id":"b1","aspect_ratio":null,"size":"2K","model":"pro","variants":1,"reference_ids":[]}',NULL,'2026-11-22T12:00:00.000000+00:00','waiting',NULL,NULL,NULL,NULL,NULL,0,'[]',NULL,NULL,NULL,NULL,NULL,'w',NULL,0,0);
CREATE TABLE "leases" (
   "worker_id" TEXT PRIMARY KEY NOT NULL,
   "expires_at" TEXT NOT NULL
) STRICT;
INSERT INTO "leases" VALUES('w','2026-11-22T12:00:00.000000+00:00');
CREATE TABLE "workplace" (
   "worker_id" TEXT PRIMARY KEY NOT NULL,
   "probes" INTEGER NOT NULL
) STRICT;
INSERT INTO "workplace" VALUES('6fa83f9d95894fa0bcfc31e47c37a681',0);
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
COMMIT;
