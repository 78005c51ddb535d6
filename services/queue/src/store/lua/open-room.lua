-- ARGV: 7 mode, 8 capacity, 9 passSeconds, 10 claimSeconds. → 'OPENED' · 'KNOWN'
-- A concert may be announced again: its room keeps what an operator has set.
if room then return finish('KNOWN') end
redis.call('HSET', ROOM, 'mode', ARGV[7], 'capacity', ARGV[8], 'passSeconds', ARGV[9], 'claimSeconds', ARGV[10])
return finish('OPENED')
