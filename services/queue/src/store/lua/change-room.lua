-- ARGV: 7 mode, 8 capacity, 9 passSeconds, 10 claimSeconds ('' keeps what is), 11 who. → as snapshot
if not room then return finish('UNKNOWN') end
local changed = false
for i, name in ipairs({ 'mode', 'capacity', 'passSeconds', 'claimSeconds' }) do
  local value = ARGV[6 + i]
  if value ~= '' and value ~= tostring(room[name]) then
    redis.call('HSET', ROOM, name, value)
    changed = true
  end
end
if changed then
  -- Up to this moment the slots were measured under the old settings.
  touch()
  measure()
  departures = 0
  stored = redis.call('HMGET', ROOM, unpack(ROOM_FIELDS))
  room = roomOf(stored)
  emit(TYPES.roomChanged, CONCERT, {
    concertId = CONCERT,
    mode = room.mode,
    capacity = room.capacity,
    passSeconds = room.passSeconds,
    claimSeconds = room.claimSeconds,
    changedBy = ARGV[11],
    changedAt = iso(now),
  })
  settle()
end
return finish({ room.mode, room.capacity, room.passSeconds, room.claimSeconds,
  redis.call('ZCOUNT', SLOTS, '(' .. now, '+inf'), redis.call('ZCARD', LINE) })
