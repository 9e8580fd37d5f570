-- Times are milliseconds since 1970-01-01 UTC. Flags are 0 or 1. Paths are relative to the state folder.
-- Plain SQL that SQLite and PostgreSQL read alike.

create table run (
  id text not null primary key,
  pipeline text not null,
  definition_sha256 text not null,
  definition text not null,
  state text not null,
  owner_pid integer,
  cancel_requested integer not null default 0,
  next_event bigint not null default 1,
  created_at bigint not null,
  ended_at bigint
);

create index run_by_definition on run (definition_sha256, created_at);

create table stage (
  run text not null references run (id),
  ordinal integer not null,
  name text not null,
  uses text not null,
  state text not null,
  stage_key text,
  key_parts text,
  limits text,
  cached integer not null default 0,
  origin_run text,
  origin_stage text,
  steps_done bigint not null default 0,
  steps_planned bigint not null default 0,
  artifact_kind text,
  artifact_sha256 text,
  metrics text,
  data text not null default '[]',
  failure text,
  message text,
  failures integer not null default 0,
  micro_batch_limit integer,
  accept_missed_gates integer not null default 0,
  fresh integer not null default 0,
  phase text,
  live text not null default '{}',
  started_at bigint,
  ended_at bigint,
  primary key (run, name),
  unique (run, ordinal)
);

create index stage_by_key on stage (stage_key);

create table attempt (
  run text not null,
  stage text not null,
  number integer not null,
  token bigint not null,
  outcome text not null,
  failure text,
  message text,
  resumed_from bigint not null default 0,
  steps_executed bigint not null default 0,
  peak_resident_bytes bigint not null default 0,
  micro_batch_limit integer,
  started_at bigint not null,
  ended_at bigint,
  primary key (run, stage, number),
  unique (run, stage, token),
  foreign key (run, stage) references stage (run, name)
);

-- One row a stage that ever ran. The token only grows; a write with an older one is refused. expires_at 0: given up.
create table lease (
  run text not null,
  stage text not null,
  token bigint not null,
  stage_key text not null,
  owner text not null,
  expires_at bigint not null,
  primary key (run, stage),
  foreign key (run, stage) references stage (run, name)
);

create index lease_by_key on lease (stage_key);

create table checkpoint (
  run text not null,
  stage text not null,
  folder text not null,
  step bigint not null,
  token bigint not null,
  state text not null,
  sha256 text not null,
  bytes bigint not null,
  created_at bigint not null,
  primary key (run, stage, folder),
  foreign key (run, stage) references stage (run, name)
);

create table artifact (
  sha256 text not null primary key,
  kind text not null,
  created_at bigint not null
);

-- Who made an artifact; several computations may have made the same one.
create table provenance (
  sha256 text not null references artifact (sha256),
  run text not null,
  stage text not null,
  attempt integer not null,
  token bigint not null,
  stage_key text not null,
  created_at bigint not null,
  primary key (sha256, run, stage, attempt),
  foreign key (run, stage) references stage (run, name)
);

create table step_metric (
  run text not null,
  stage text not null,
  step bigint not null,
  iteration bigint,
  figures text not null,
  token bigint not null,
  primary key (run, stage, step),
  foreign key (run, stage) references stage (run, name)
);

create table rollout_shard (
  run text not null,
  stage text not null,
  iteration bigint not null,
  path text not null,
  sha256 text not null,
  num_rollouts bigint not null,
  token bigint not null,
  primary key (run, stage, iteration),
  foreign key (run, stage) references stage (run, name)
);

-- Append-only journal, written in the transaction of the change itself.
create table event (
  run text not null references run (id),
  sequence bigint not null,
  stage text,
  kind text not null,
  json text not null,
  at bigint not null,
  primary key (run, sequence)
);

-- Hashes of local input files that did not change since: hashing a large file once is enough.
create table file_hash (
  path text not null primary key,
  length bigint not null,
  modified bigint not null,
  sha256 text not null
);
