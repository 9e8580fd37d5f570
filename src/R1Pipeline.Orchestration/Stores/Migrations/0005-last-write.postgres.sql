-- The newest write of every process that wrote lately: settles a commit whose answer was lost.
create table last_write (
  writer text not null primary key,
  number bigint not null,
  at timestamptz not null
);

-- The one state folder whose files this database describes.
create table state_folder (
  id text not null primary key,
  path text not null
);
create unique index state_folder_is_one on state_folder ((true));
