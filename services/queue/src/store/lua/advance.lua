-- → {more to do (0, 1), slots, people waiting} · 'UNKNOWN'
-- What nobody's request did: ends slots that are over and gives them to the next.
if not room then return finish('UNKNOWN') end
local more = settle()
return finish({ more and 1 or 0, redis.call('ZCARD', SLOTS), redis.call('ZCARD', LINE) })
