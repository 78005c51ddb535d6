-- ARGV: 7 user, 8 number. → {0, place}, or goes on to poll.lua
-- Most polls come from people who wait, and find them waiting. They are answered before the rest is even set up,
-- which takes Redis as long again.
if redis.call('ZSCORE', LINE, ARGV[7]) == ARGV[8] and stored[1] and stored[1] ~= 'off' then
  return { 0, waiting(ARGV[8], redis.call('ZRANK', LINE, ARGV[7]), redis.call('ZCARD', SLOTS)) }
end

