-- ARGV: 7 user, 8 number. → 'LEFT' · 'GONE'
if not room then return finish('GONE') end
local user, number = ARGV[7], tonumber(ARGV[8])

if passOf(user, number) then
  endSlot(user, 'left')
  return finish('LEFT')
end
if tonumber(redis.call('ZSCORE', LINE, user)) == number then
  redis.call('ZREM', LINE, user)
  emitOfToken(TYPES.tokenExpired, user, number, { reason = 'left', expiredAt = iso(now), passesExpireAt = iso(now) })
  return finish('LEFT')
end
return finish('GONE')
