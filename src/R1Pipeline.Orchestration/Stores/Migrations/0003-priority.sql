-- The turn of a run on the node's slots: the higher one first.
alter table run add column priority integer not null default 0;
