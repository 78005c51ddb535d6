-- ARGV: 7 user. → {created, place} · 'UNKNOWN' · 'CLOSED'
if not room then return finish('UNKNOWN') end
settle()

local user = ARGV[7]
local mine = place(user)
if mine then return finish({ 0, mine }) end
if room.mode == 'drain' then return finish('CLOSED') end

local number = redis.call('HINCRBY', ROOM, 'lastNumber', 1)
emitOfToken(TYPES.tokenIssued, user, number, { issuedAt = iso(now) })

-- Nobody may overtake: a free slot is taken at once only where nobody waits.
local waitingBefore, occupied = redis.call('ZCARD', LINE), redis.call('ZCARD', SLOTS)
local inside = room.mode == 'off' or (room.mode == 'open' and waitingBefore == 0 and occupied < room.capacity)
if inside then return finish({ 1, { 'ACTIVE', number, occupy(user, number), now } }) end

redis.call('ZADD', LINE, number, user)
return finish({ 1, waiting(number, waitingBefore, occupied) })
