BEGIN TRANSACTION;
CREATE TABLE album (
    id text primary key, name text not null, description text not null,
    thumbnail_asset_id text references asset on delete set null,
    is_activity_enabled integer not null default 1, sort_order text not null default 'desc',
    created_at integer not null, updated_at integer not null
) without rowid;
INSERT INTO "album" VALUES('fe2a41d4-c0b5-4115-9f8d-1d8d05713a31','Trip','','907d45a2-c997-4b6f-9f34-4558a59b32e7',1,'desc',1795271768261869,1795271768261869);
CREATE TABLE album_asset (
    album_id text not null references album on delete cascade,
    asset_id text not null references asset on delete cascade, primary key (album_id, asset_id)
) without rowid;
INSERT INTO "album_asset" VALUES('fe2a41d4-c0b5-4115-9f8d-1d8d05713a31','907d45a2-c997-4b6f-9f34-4558a59b32e7');
INSERT INTO "album_asset" VALUES('fe2a41d4-c0b5-4115-9f8d-1d8d05713a31','cf9e21dc-9a51-4340-a65b-8ffbfe332d68');
CREATE TABLE album_user (
    album_id text not null references album on delete cascade,
    user_id text not null references user on delete cascade, role text not null,
    primary key (album_id, user_id)
) without rowid;
INSERT INTO "album_user" VALUES('fe2a41d4-c0b5-4115-9f8d-1d8d05713a31','2bda3492-b0ec-414a-bda0-ce128477357c','owner');
CREATE TABLE api_key (
    id text primary key, user_id text not null references user on delete cascade,
    name text not null, secret_hash blob not null unique, permissions text not null,
    created_at integer not null, updated_at integer not null
) without rowid;
INSERT INTO "api_key" VALUES('89cf6f57-d150-4a8a-ab36-8ab8bd9b0465','2bda3492-b0ec-414a-bda0-ce128477357c','Admin',X'5D537303C6164F6F6E88A5CE6483A055BF3B455D3F77F2E8375358C277F5C84D','["all"]',1795271768233774,1795271768233774);
INSERT INTO "api_key" VALUES('a2302fde-fcd6-4f6f-a08c-b69686c24248','c04b4154-352f-4165-8072-16859b89d289','user1',X'65684CFB745F1048E0A2CD30F5CE8E0945D4E8A40E3BC6B9CE9493CDF5C8E1B4','["all"]',1795271768287243,1795271768287243);
CREATE TABLE asset (
    id text primary key, owner_id text not null references user on delete cascade,
    type text not null, original_path text not null, original_file_name text not null,
    search_name text not null, checksum blob not null, file_created_at integer not null,
    file_modified_at integer not null, stored_modified_at integer not null,
    local_date_time integer not null, created_at integer not null, updated_at integer not null,
    deleted_at integer, status text not null default 'active',
    is_favorite integer not null default 0, visibility text not null default 'timeline',
    duration integer, live_photo_video_id text, duplicate_id text,
    width integer, height integer, thumbhash text, sidecar_path text,
    stack_id text references stack on delete set null, is_edited integer not null default 0,
    unique (owner_id, checksum)
) without rowid;
INSERT INTO "asset" VALUES('907d45a2-c997-4b6f-9f34-4558a59b32e7','2bda3492-b0ec-414a-bda0-ce128477357c','IMAGE','/data/library/2bda3492-b0ec-414a-bda0-ce128477357c/a3707edd-6d52-432b-8590-1398e77d2076.jpg','A.jpg','a.jpg',X'92BAB2570257F2F8130037BDAC10A176B1701A73',1704067200000000,1704067200000000,1704067200000000,1704067200000000,1795271768261458,1795271768284380,NULL,'active',0,'timeline',NULL,NULL,NULL,8,8,NULL,NULL,'1aa3640d-c787-44dc-a061-24218686d5bc',0);
INSERT INTO "asset" VALUES('cf9e21dc-9a51-4340-a65b-8ffbfe332d68','2bda3492-b0ec-414a-bda0-ce128477357c','IMAGE','/data/library/2bda3492-b0ec-414a-bda0-ce128477357c/342737e2-1671-4bd2-b58a-7b74a74b2aac.dng','A.dng','a.dng',X'99858532437109FB23D42F235B2A3DE781422E07',1704067200000000,1704067200000000,1704067200000000,1704067200000000,1795271768261482,1795271768284381,NULL,'active',0,'timeline',NULL,NULL,NULL,NULL,NULL,NULL,NULL,'1aa3640d-c787-44dc-a061-24218686d5bc',0);
CREATE TABLE asset_edit (
    asset_id text not null references asset on delete cascade, position integer not null,
    id text not null, action text not null, parameters text not null,
    primary key (asset_id, position)
) without rowid;
CREATE TABLE asset_metadata (
    asset_id text not null references asset on delete cascade, key text not null,
    value text not null, updated_at integer not null, primary key (asset_id, key)
) without rowid;
CREATE TABLE exif (
    asset_id text primary key references asset on delete cascade,
    make text, model text, exif_image_width integer, exif_image_height integer,
    file_size integer not null, orientation text, date_time_original integer,
    modify_date integer, time_zone text, lens_model text, f_number real, focal_length real,
    iso integer, exposure_time text, latitude real, longitude real, city text, state text,
    country text, description text not null default '', projection_type text, rating integer
) without rowid;
INSERT INTO "exif" VALUES('907d45a2-c997-4b6f-9f34-4558a59b32e7',NULL,NULL,8,8,204,NULL,1704067200000000,1704067200000000,'UTC+0',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'',NULL,NULL);
INSERT INTO "exif" VALUES('cf9e21dc-9a51-4340-a65b-8ffbfe332d68',NULL,NULL,NULL,NULL,75,NULL,1704067200000000,1704067200000000,'UTC+0',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'',NULL,NULL);
CREATE TABLE partner (
    shared_by_id text not null references user on delete cascade,
    shared_with_id text not null references user on delete cascade,
    in_timeline integer not null default 0, created_at integer not null,
    primary key (shared_with_id, shared_by_id)
) without rowid;
INSERT INTO "partner" VALUES('2bda3492-b0ec-414a-bda0-ce128477357c','c04b4154-352f-4165-8072-16859b89d289',0,1795271768291215);
CREATE TABLE session (
    id text primary key, user_id text not null references user on delete cascade,
    token_hash blob not null unique, created_at integer not null, updated_at integer not null,
    parent_id text references session on delete cascade, expires_at integer,
    pin_expires_at integer, device_type text not null default '',
    device_os text not null default '', app_version text,
    is_pending_sync_reset integer not null default 0
) without rowid;
CREATE TABLE setting (name text primary key, value text not null) without rowid;
INSERT INTO "setting" VALUES('api_key','VOVccjRYlpkdjS0OpF01FCnDdlaCJif2r6mNNyBKUiE');
INSERT INTO "setting" VALUES('begun_at','1795271768235194');
INSERT INTO "setting" VALUES('email','admin@example.com');
INSERT INTO "setting" VALUES('password','password');
INSERT INTO "setting" VALUES('version_id','bbecece2-c149-45f4-af89-b990777c2bc4');
CREATE TABLE shared_link (
    id text primary key, user_id text not null references user on delete cascade,
    key blob not null unique, type text not null,
    album_id text references album on delete cascade, description text, password text,
    slug text unique, expires_at integer, allow_upload integer not null,
    allow_download integer not null, show_metadata integer not null, created_at integer not null
) without rowid;
CREATE TABLE shared_link_asset (
    link_id text not null references shared_link on delete cascade,
    asset_id text not null references asset on delete cascade, primary key (link_id, asset_id)
) without rowid;
CREATE TABLE stack (
    id text primary key, owner_id text not null references user on delete cascade,
    primary_asset_id text not null, updated_at integer not null
) without rowid;
INSERT INTO "stack" VALUES('1aa3640d-c787-44dc-a061-24218686d5bc','2bda3492-b0ec-414a-bda0-ce128477357c','907d45a2-c997-4b6f-9f34-4558a59b32e7',1795271768284380);
CREATE TABLE tag (
    id text primary key, user_id text not null references user on delete cascade,
    value text not null, color text, parent_id text references tag on delete cascade,
    created_at integer not null, updated_at integer not null, unique (user_id, value)
) without rowid;
INSERT INTO "tag" VALUES('a52c4bf1-fc7c-4f0a-894a-bb31aca7640f','2bda3492-b0ec-414a-bda0-ce128477357c','places',NULL,NULL,1795271768261999,1795271768261999);
INSERT INTO "tag" VALUES('b6c278c4-103f-4a90-916d-5564a1635bb3','2bda3492-b0ec-414a-bda0-ce128477357c','places/Kyoto',NULL,'a52c4bf1-fc7c-4f0a-894a-bb31aca7640f',1795271768262038,1795271768262038);
CREATE TABLE tag_asset (
    tag_id text not null references tag on delete cascade,
    asset_id text not null references asset on delete cascade, primary key (tag_id, asset_id)
) without rowid;
INSERT INTO "tag_asset" VALUES('b6c278c4-103f-4a90-916d-5564a1635bb3','907d45a2-c997-4b6f-9f34-4558a59b32e7');
INSERT INTO "tag_asset" VALUES('b6c278c4-103f-4a90-916d-5564a1635bb3','cf9e21dc-9a51-4340-a65b-8ffbfe332d68');
CREATE TABLE unread_asset (
    asset_id text primary key references asset on delete cascade
) without rowid;
INSERT INTO "unread_asset" VALUES('907d45a2-c997-4b6f-9f34-4558a59b32e7');
CREATE TABLE user (
    id text primary key, email text not null unique, name text not null, password text not null,
    avatar_color text, is_admin integer not null, should_change_password integer not null,
    quota_size integer, quota_usage integer not null default 0, storage_label text unique,
    created_at integer not null, updated_at integer not null, profile_changed_at integer not null,
    deleted_at integer, status text not null default 'active', pin_code text,
    profile_image_path text not null default ''
) without rowid;
INSERT INTO "user" VALUES('2bda3492-b0ec-414a-bda0-ce128477357c','admin@example.com','Admin','523d75c0a966acd5552766eeb1f45d52ea83ab58993498ff176885347318c2fb',NULL,1,1,NULL,279,'admin',1795271768233563,1795271768261704,1795271768233563,NULL,'active',NULL,'');
INSERT INTO "user" VALUES('c04b4154-352f-4165-8072-16859b89d289','user1@example.com','user1','2cae627e42b315881d6071f34b6b4d3f2d70801b3c3c4cb80ad36b8ea7a5a7b4',NULL,0,0,NULL,0,NULL,1795271768287106,1795271768287106,1795271768287106,NULL,'active',NULL,'');
CREATE TABLE user_metadata (
    user_id text not null references user on delete cascade, key text not null,
    value text not null, primary key (user_id, key)
) without rowid;
INSERT INTO "user_metadata" VALUES('2bda3492-b0ec-414a-bda0-ce128477357c','onboarding','{"isOnboarded": true}');
CREATE INDEX asset_by_owner_and_date
    on asset (owner_id, file_created_at, id, visibility, deleted_at, search_name);
CREATE INDEX asset_by_moving_part on asset (live_photo_video_id)
    where live_photo_video_id is not null;
CREATE INDEX asset_by_stack on asset (stack_id) where stack_id is not null;
CREATE INDEX stack_by_owner on stack (owner_id, updated_at);
CREATE INDEX tag_by_parent on tag (parent_id);
CREATE INDEX tag_asset_by_asset on tag_asset (asset_id);
CREATE INDEX album_user_by_user on album_user (user_id);
CREATE INDEX album_asset_by_asset on album_asset (asset_id);
CREATE INDEX shared_link_by_album on shared_link (album_id);
CREATE INDEX shared_link_asset_by_asset on shared_link_asset (asset_id);
COMMIT;
