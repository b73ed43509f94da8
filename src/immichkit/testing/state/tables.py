"""The server's tables. Those with an update id are what clients synchronize."""

from __future__ import annotations

from typing import Final

from immichkit.testing.state.changes import UPDATE_ID

TABLES: Final = f"""
create table if not exists setting (name text primary key, value text not null) without rowid;
create table if not exists user (
    id text primary key, email text not null unique, name text not null, password text not null,
    avatar_color text, is_admin integer not null, should_change_password integer not null,
    quota_size integer, quota_usage integer not null default 0, storage_label text unique,
    created_at integer not null, updated_at integer not null, profile_changed_at integer not null,
    deleted_at integer, status text not null default 'active', pin_code text,
    profile_image_path text not null default '', oauth_id text not null default '',
    {UPDATE_ID}
) without rowid;
create index if not exists user_by_oauth_id on user (oauth_id) where oauth_id != '';
create table if not exists user_metadata (
    user_id text not null references user on delete cascade, key text not null,
    value text not null,
    {UPDATE_ID}, primary key (user_id, key)
) without rowid;
create table if not exists api_key (
    id text primary key, user_id text not null references user on delete cascade,
    name text not null, secret_hash blob not null unique, permissions text not null,
    created_at integer not null, updated_at integer not null
) without rowid;
create table if not exists session (
    id text primary key, user_id text not null references user on delete cascade,
    token_hash blob not null unique, created_at integer not null, updated_at integer not null,
    parent_id text references session on delete cascade, expires_at integer,
    pin_expires_at integer, device_type text not null default '',
    device_os text not null default '', app_version text,
    is_pending_sync_reset integer not null default 0, oauth_token text
) without rowid;
create table if not exists asset (
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
    {UPDATE_ID},
    unique (owner_id, checksum)
) without rowid;
create index if not exists asset_by_owner_and_date
    on asset (owner_id, file_created_at, id, visibility, deleted_at, search_name);
create index if not exists asset_by_moving_part on asset (live_photo_video_id)
    where live_photo_video_id is not null;
create index if not exists asset_by_duplicate on asset (duplicate_id)
    where duplicate_id is not null;
create index if not exists asset_by_stack on asset (stack_id) where stack_id is not null;
create table if not exists stack (
    id text primary key, owner_id text not null references user on delete cascade,
    primary_asset_id text not null, updated_at integer not null,
    created_at integer not null default (moment()), {UPDATE_ID}
) without rowid;
create index if not exists stack_by_owner on stack (owner_id, updated_at);
create index if not exists stack_by_primary on stack (primary_asset_id, owner_id);
create table if not exists asset_edit (
    asset_id text not null references asset on delete cascade, position integer not null,
    id text not null, action text not null, parameters text not null,
    {UPDATE_ID},
    primary key (asset_id, position)
) without rowid;
create table if not exists tag (
    id text primary key, user_id text not null references user on delete cascade,
    value text not null, color text, parent_id text references tag on delete cascade,
    created_at integer not null, updated_at integer not null, unique (user_id, value)
) without rowid;
create index if not exists tag_by_parent on tag (parent_id);
create table if not exists tag_asset (
    tag_id text not null references tag on delete cascade,
    asset_id text not null references asset on delete cascade, primary key (tag_id, asset_id)
) without rowid;
create index if not exists tag_asset_by_asset on tag_asset (asset_id);
create table if not exists partner (
    shared_by_id text not null references user on delete cascade,
    shared_with_id text not null references user on delete cascade,
    in_timeline integer not null default 0, created_at integer not null,
    create_id text not null default (new_update_id()), {UPDATE_ID},
    primary key (shared_with_id, shared_by_id)
) without rowid;
create table if not exists exif (
    asset_id text primary key references asset on delete cascade,
    make text, model text, exif_image_width integer, exif_image_height integer,
    file_size integer not null, orientation text, date_time_original integer,
    modify_date integer, time_zone text, lens_model text, f_number real, focal_length real,
    iso integer, exposure_time text, latitude real, longitude real, city text, state text,
    country text, description text not null default '', projection_type text, rating integer,
    fps numeric,
    {UPDATE_ID}
) without rowid;
create table if not exists queue (
    name text primary key, is_paused integer not null default 0, jobs integer not null default 0
) without rowid;
create table if not exists queue_job (
    queue text not null, number integer not null, job text not null, data text not null,
    asset_id text references asset on delete cascade, queued_at integer not null,
    primary key (queue, number)
) without rowid;
create index if not exists queue_job_by_asset on queue_job (asset_id) where asset_id is not null;
create table if not exists asset_metadata (
    asset_id text not null references asset on delete cascade, key text not null,
    value text not null, updated_at integer not null,
    {UPDATE_ID}, primary key (asset_id, key)
) without rowid;
create table if not exists album (
    id text primary key, name text not null, description text not null,
    thumbnail_asset_id text references asset on delete set null,
    is_activity_enabled integer not null default 1, sort_order text not null default 'desc',
    created_at integer not null, updated_at integer not null,
    {UPDATE_ID}
) without rowid;
create table if not exists album_user (
    album_id text not null references album on delete cascade,
    user_id text not null references user on delete cascade, role text not null,
    create_id text not null default (new_update_id()), {UPDATE_ID},
    primary key (album_id, user_id)
) without rowid;
create index if not exists album_user_by_user on album_user (user_id);
create table if not exists album_asset (
    album_id text not null references album on delete cascade,
    asset_id text not null references asset on delete cascade,
    {UPDATE_ID}, primary key (album_id, asset_id)
) without rowid;
create index if not exists album_asset_by_asset on album_asset (asset_id);
create table if not exists ocr (
    id text primary key, asset_id text not null references asset on delete cascade,
    x1 real not null, y1 real not null, x2 real not null, y2 real not null,
    x3 real not null, y3 real not null, x4 real not null, y4 real not null,
    box_score real not null, text_score real not null, text text not null,
    is_visible integer not null default 1, {UPDATE_ID}
) without rowid;
create index if not exists ocr_by_asset on ocr (asset_id);
create table if not exists person (
    id text primary key, owner_id text not null references user on delete cascade,
    name text not null default '', search_name text not null default '',
    birth_date text, is_hidden integer not null default 0,
    is_favorite integer not null default 0, color text, thumbnail_path text not null default '',
    face_id text references face on delete set null, created_at integer not null,
    updated_at integer not null, {UPDATE_ID}
) without rowid;
create index if not exists person_by_owner on person (owner_id);
create index if not exists person_by_face on person (face_id) where face_id is not null;
create table if not exists face (
    id text primary key, asset_id text not null references asset on delete cascade,
    person_id text references person on delete set null, image_width integer not null,
    image_height integer not null, x1 integer not null, y1 integer not null,
    x2 integer not null, y2 integer not null, source_type text not null,
    is_visible integer not null default 1, deleted_at integer, {UPDATE_ID}
) without rowid;
create index if not exists face_by_asset on face (asset_id);
create index if not exists face_by_person on face (person_id) where person_id is not null;
create table if not exists memory (
    id text primary key, owner_id text not null references user on delete cascade,
    type text not null, data text not null, is_saved integer not null default 0,
    memory_at integer not null, seen_at integer, show_at integer, hide_at integer,
    created_at integer not null, updated_at integer not null, deleted_at integer, {UPDATE_ID}
) without rowid;
create index if not exists memory_by_owner on memory (owner_id);
create table if not exists memory_asset (
    memory_id text not null references memory on delete cascade,
    asset_id text not null references asset on delete cascade,
    {UPDATE_ID}, primary key (memory_id, asset_id)
) without rowid;
create index if not exists memory_asset_by_asset on memory_asset (asset_id);
create table if not exists checkpoint (
    session_id text not null references session on delete cascade, type text not null,
    ack text not null, primary key (session_id, type)
) without rowid;
create table if not exists shared_link (
    id text primary key, user_id text not null references user on delete cascade,
    key blob not null unique, type text not null,
    album_id text references album on delete cascade, description text, password text,
    slug text unique, expires_at integer, allow_upload integer not null,
    allow_download integer not null, show_metadata integer not null, created_at integer not null
) without rowid;
create index if not exists shared_link_by_album on shared_link (album_id);
create table if not exists shared_link_asset (
    link_id text not null references shared_link on delete cascade,
    asset_id text not null references asset on delete cascade, primary key (link_id, asset_id)
) without rowid;
create index if not exists shared_link_asset_by_asset on shared_link_asset (asset_id);
"""
