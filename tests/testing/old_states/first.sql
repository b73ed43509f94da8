BEGIN TRANSACTION;
CREATE TABLE album (
    id text primary key, name text not null, description text not null,
    thumbnail_asset_id text references asset on delete set null,
    is_activity_enabled integer not null default 1, sort_order text not null default 'desc',
    created_at integer not null, updated_at integer not null
) without rowid;
INSERT INTO "album" VALUES('05888429-af91-4a16-b57e-07bd1da5b07b','Trip','',NULL,1,'desc',1795271767766820,1795271767766820);
CREATE TABLE album_asset (
    album_id text not null references album on delete cascade,
    asset_id text not null references asset on delete cascade, primary key (album_id, asset_id)
) without rowid;
CREATE TABLE album_user (
    album_id text not null references album on delete cascade,
    user_id text not null references user on delete cascade, role text not null,
    primary key (album_id, user_id)
) without rowid;
INSERT INTO "album_user" VALUES('05888429-af91-4a16-b57e-07bd1da5b07b','69f94619-06fb-487b-9c48-eb026ece584a','owner');
CREATE TABLE api_key (
    id text primary key, user_id text not null references user on delete cascade,
    name text not null, secret_hash blob not null unique, permissions text not null,
    created_at integer not null, updated_at integer not null
) without rowid;
INSERT INTO "api_key" VALUES('a4a1e215-414b-48d5-b377-b35c6c24b391','69f94619-06fb-487b-9c48-eb026ece584a','Admin',X'6A5B42A802C47F6C2F5668677D931A432C594AECEF2534EC389427319B60E009','["all"]',1795271767643740,1795271767643740);
CREATE TABLE asset (
    id text primary key, owner_id text not null references user on delete cascade,
    type text not null, original_path text not null, original_file_name text not null,
    search_name text not null, checksum blob not null, file_created_at integer not null,
    file_modified_at integer not null, stored_modified_at integer not null,
    local_date_time integer not null, created_at integer not null, updated_at integer not null,
    deleted_at integer, status text not null default 'active',
    is_favorite integer not null default 0, visibility text not null default 'timeline',
    duration integer, live_photo_video_id text, duplicate_id text,
    width integer, height integer, thumbhash text,
    unique (owner_id, checksum)
) without rowid;
INSERT INTO "asset" VALUES('91d02a91-01d2-46e6-90c1-27453fa951f9','69f94619-06fb-487b-9c48-eb026ece584a','IMAGE','/data/upload/69f94619-06fb-487b-9c48-eb026ece584a/99/8a/998a4bb7-4961-4d87-a1da-1a7a8f783014.jpg','gps.jpg','gps.jpg',X'7AEA2DCC4953E82326143467EB510DF164422C0C',1704067200000000,1704067200000000,1704067200000000,1704067200000000,1795271767798367,1795271767798367,NULL,'active',0,'timeline',NULL,NULL,NULL,NULL,NULL,NULL);
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
INSERT INTO "exif" VALUES('91d02a91-01d2-46e6-90c1-27453fa951f9',NULL,NULL,NULL,NULL,631,NULL,1704067200000000,1704067200000000,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'',NULL,NULL);
CREATE TABLE session (
    id text primary key, user_id text not null references user on delete cascade,
    token_hash blob not null unique, created_at integer not null, updated_at integer not null
) without rowid;
CREATE TABLE setting (name text primary key, value text not null) without rowid;
INSERT INTO "setting" VALUES('api_key','hAisTb26rJ43ZH6dPRygXTmdhKmGJcTOhRbC504rMyo');
INSERT INTO "setting" VALUES('email','admin@example.com');
INSERT INTO "setting" VALUES('password','password');
CREATE TABLE user (
    id text primary key, email text not null unique, name text not null, password text not null,
    avatar_color text not null, is_admin integer not null, should_change_password integer not null,
    quota_size integer, quota_usage integer not null default 0, storage_label text,
    created_at integer not null, updated_at integer not null, profile_changed_at integer not null
) without rowid;
INSERT INTO "user" VALUES('69f94619-06fb-487b-9c48-eb026ece584a','admin@example.com','Admin','76753bb9f2c31984534fa427f2a8d0a7a1cf3cff95c92b5487a21645305bf031','gray',1,0,NULL,631,NULL,1795271767643487,1795271767798607,1795271767643487);
CREATE INDEX asset_by_owner_and_date
    on asset (owner_id, file_created_at, id, visibility, deleted_at);
CREATE INDEX asset_by_moving_part on asset (live_photo_video_id)
    where live_photo_video_id is not null;
CREATE INDEX album_user_by_user on album_user (user_id);
CREATE INDEX album_asset_by_asset on album_asset (asset_id);
COMMIT;
