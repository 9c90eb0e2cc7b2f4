-- Whether the index of words still holds what was erased. SQLite strikes a text off such an index
-- and leaves its runs of letters in place until they are merged with others: 1 where that is to
-- begin, 2 while it goes on in steps, 0 where nothing is left.
ALTER TABLE indexing ADD COLUMN cleaning INTEGER NOT NULL DEFAULT 0;
