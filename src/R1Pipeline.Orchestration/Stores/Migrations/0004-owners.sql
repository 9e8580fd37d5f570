-- Its owners so far: what an earlier one than the newest wants to change is refused.
alter table run add column owner_number bigint not null default 0;

-- Where an attempt stood when it was last heard of, and the run whose checkpoint it went on from.
alter table attempt add column steps_done bigint not null default 0;
alter table attempt add column borrowed_from text;
