-- The last sign of life of an attempt: where one ends whose owner died without a word. Null in rows of the first version.
alter table attempt add column seen_at bigint;
