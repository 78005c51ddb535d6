-- The beginning of every script of the waiting room; ../scripts.ts puts TYPES and SETTINGS before it.
--
--   line   who waits: user → number, a sorted set. Nothing else is stored for a person who waits.
--   slot   one of `capacity` places inside: user → end in ms, a sorted set. Nobody has a slot and waits, too.
--   pass   what is known of a slot: a JSON record per user.
--   offer  a slot whose turn nobody has claimed yet: `pass.claimed` is false.
--   events the outbox: a stream that a relay moves to Kafka.
--
-- A script touches keys of one concert only, so that it runs on a Redis Cluster. Redis runs one script at a
-- time: what a script sees and does is one step in the life of the line, whatever the number of instances.
local ROOM, LINE, SLOTS, PASSES, EVENTS = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local CONCERT, ID_TAIL, CORRELATION, CAUSATION, TRACEPARENT = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]

-- One clock for all instances: that of Redis, unless a test brings its own.
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

-- In the order in which a waiting person's answer carries them; see `waiting`.
local ROOM_FIELDS = { 'mode', 'capacity', 'passSeconds', 'claimSeconds', 'departures', 'slotSeconds', 'measuredAt' }
local stored = redis.call('HMGET', ROOM, unpack(ROOM_FIELDS))

local function waiting(number, ahead, occupied)
  return { 'WAITING', number, ahead, now, occupied, stored[1], stored[2], stored[3], stored[4],
    stored[5] or '0', stored[6] or '0', stored[7] or '0' }
end

