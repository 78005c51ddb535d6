-- → {mode, capacity, passSeconds, claimSeconds, active, waiting} · 'UNKNOWN'
if not room then return finish('UNKNOWN') end
return finish({ room.mode, room.capacity, room.passSeconds, room.claimSeconds,
  redis.call('ZCOUNT', SLOTS, '(' .. now, '+inf'), redis.call('ZCARD', LINE) })
