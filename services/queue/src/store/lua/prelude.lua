-- What the scripts share that change a line; it follows head.lua.

-- At most so many slots end, and so many turns come, in one call: a script must not keep Redis busy for long.
-- 200 of each take about 10 ms. What is left over is done by the next call.
local BATCH = SETTINGS.batch

local function roomOf(is)
  if not is[1] then return nil end
  return {
    mode = is[1],
    capacity = tonumber(is[2]),
    passSeconds = tonumber(is[3]),
    claimSeconds = tonumber(is[4]),
    departures = tonumber(is[5] or 0),
    slotSeconds = tonumber(is[6] or 0),
    measuredAt = tonumber(is[7]) or now,
  }
end

local room = roomOf(stored)

---------------------------------------------------------------------------------------------------- messages

-- ISO 8601 from ms; Redis' Lua has no os.date. Days to a civil date as in Howard Hinnant's
-- "chrono-Compatible Low-Level Date Algorithms".
local function iso(ms)
  local floor = math.floor
  local seconds = floor(ms / 1000)
  local days = floor(seconds / 86400)
  local z = days + 719468
  local era = floor(z / 146097)
  local doe = z - era * 146097
  local yoe = floor((doe - floor(doe / 1460) + floor(doe / 36524) - floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + floor(yoe / 4) - floor(yoe / 100))
  local mp = floor((5 * doy + 2) / 153)
  local month = mp < 10 and mp + 3 or mp - 9
  local year = yoe + era * 400 + (month <= 2 and 1 or 0)
  local second = seconds - days * 86400
  return string.format('%04d-%02d-%02dT%02d:%02d:%02d.%03dZ', year, month, doy - floor((153 * mp + 2) / 5) + 1,
    floor(second / 3600), floor(second / 60) % 60, second % 60, ms - seconds * 1000)
end

local messages = 0

-- A UUIDv7: the time from Redis, a counter within the script, and 62 random bits from the caller.
local function messageId()
  local time = string.format('%012x', now)
  messages = messages + 1
  return string.sub(time, 1, 8) .. '-' .. string.sub(time, 9) .. string.format('-7%03x-', messages - 1) .. ID_TAIL
end

-- Writes a message to the outbox, in the same step as the change it tells of.
local function emit(type, key, data, correlation, causation)
  local fields = { 'id', messageId(), 'type', type, 'key', key, 'time', iso(now), 'data', cjson.encode(data) }
  local function add(name, value)
    if value ~= '' then
      fields[#fields + 1] = name
      fields[#fields + 1] = value
    end
  end
  add('correlationid', correlation or CORRELATION)
  add('causationid', causation or CAUSATION)
  add('traceparent', TRACEPARENT)
  redis.call('XADD', EVENTS, '*', unpack(fields))
end

-- The id of a place in line, which follows from the place itself: nothing to store, the same after a loss of
-- all data. The same function is in domain/token-id.ts. SHA-1 because it is what scripts have; it tells places
-- apart and hides nothing.
local function tokenId(user, number)
  return 'q-' .. number .. '-' .. string.sub(redis.sha1hex(CONCERT .. '|' .. user .. '|' .. number), 1, 16)
end

local function emitOfToken(type, user, number, more)
  more.tokenId = tokenId(user, number)
  more.concertId = CONCERT
  more.userId = user
  more.number = number
  emit(type, more.tokenId, more)
end

------------------------------------------------------------------------------------------------------- slots

local slotsBefore = nil
local departures = 0

-- Stands before every change of the set of slots: `measure` needs to know how many there were.
local function touch()
  if not slotsBefore then slotsBefore = redis.call('ZCARD', SLOTS) end
end

-- How fast slots come free, for the estimate: departures and the slot-seconds they took, both fading with time.
-- domain/estimate.ts explains it and reads it.
local function measure()
  local memory = math.max(SETTINGS.minMemorySeconds, room.passSeconds * SETTINGS.memoryPasses)
  local elapsed = math.max(0, (now - room.measuredAt) / 1000)
  local kept = math.exp(-elapsed / memory)
  redis.call('HSET', ROOM,
    'departures', string.format('%.9g', room.departures * kept + departures),
    'slotSeconds', string.format('%.9g', room.slotSeconds * kept + slotsBefore * memory * (1 - kept)),
    'measuredAt', now)
end

local function readPass(user)
  return cjson.decode(redis.call('HGET', PASSES, user))
end

-- A slot ends when its pass does, or with the last hold that runs longer. A hold that is over counts 0: its
-- mark stays, so that a late repetition of its beginning doesn't stretch the slot again.
local function saveSlot(user, pass)
  local endsAt = pass.endsAt
  for _, holdEndsAt in pairs(pass.holds) do endsAt = math.max(endsAt, holdEndsAt) end
  redis.call('ZADD', SLOTS, endsAt, user)
  redis.call('HSET', PASSES, user, cjson.encode(pass))
  return endsAt
end

local function endSlot(user, reason)
  touch()
  local pass = readPass(user)
  redis.call('ZREM', SLOTS, user)
  redis.call('HDEL', PASSES, user)
  departures = departures + 1
  emitOfToken(TYPES.tokenExpired, user, pass.number, {
    reason = reason or (pass.claimed and 'expired' or 'unclaimed'),
    expiredAt = iso(now),
    passesExpireAt = iso(math.max(now, pass.passExpiresAt)),
  })
end

-- Ends slots whose time is over. Returns how many.
local function expireDue()
  local due = redis.call('ZRANGEBYSCORE', SLOTS, '-inf', now, 'LIMIT', 0, BATCH)
  for _, user in ipairs(due) do endSlot(user) end
  return #due
end

-- Offers free slots to the first in line. Returns how many. This and `occupy` are the only places that add a
-- slot; neither does beyond the capacity.
local function admit()
  if room.mode ~= 'open' and room.mode ~= 'drain' then return 0 end
  local free = math.min(BATCH, room.capacity - redis.call('ZCARD', SLOTS))
  if free <= 0 then return 0 end
  local first = redis.call('ZPOPMIN', LINE, free)
  if #first > 0 then touch() end
  for i = 1, #first, 2 do
    local endsAt = now + room.claimSeconds * 1000
    saveSlot(first[i], { number = tonumber(first[i + 1]), claimed = false, endsAt = endsAt, passExpiresAt = 0, holds = {} })
  end
  return #first / 2
end

-- What every script does that changes a line: the time that went by is accounted for first, so the capacity
-- holds though no sweeper may have run. Returns whether there is more to do.
local isSettled = false
local function settle()
  isSettled = true
  local expired = expireDue()
  local admitted = admit()
  return expired == BATCH or admitted == BATCH
end

-- Gives a user a claimed slot. It ends with a whole second, as tokens do, so that the pass ends exactly with it.
local function occupy(user, number)
  touch()
  local endsAt = math.ceil((now + room.passSeconds * 1000) / 1000) * 1000
  local pass = { number = number, claimed = true, endsAt = endsAt, passExpiresAt = endsAt, holds = {} }
  saveSlot(user, pass)
  emitOfToken(TYPES.tokenActivated, user, number, { activatedAt = iso(now), slotExpiresAt = iso(endsAt) })
  return endsAt
end

-------------------------------------------------------------------------------------------------------- places

-- The pass record of a slot that runs and belongs to this place in line; nil when there is none.
local function passOf(user, number)
  local endsAt = tonumber(redis.call('ZSCORE', SLOTS, user))
  if not endsAt then return nil end
  local pass = readPass(user)
  if number and pass.number ~= number then return nil end
  if endsAt <= now then
    endSlot(user)
    return nil
  end
  return pass, endsAt
end

-- The same by the token's id, as messages of other services name it.
local function passOfToken(user, id)
  local pass, endsAt = passOf(user)
  if pass and tokenId(user, pass.number) == id then return pass, endsAt end
  return nil
end

-- A pass is about to be signed, good to the last whole second of the slot: remember how long it is good, for
-- whoever has to refuse it if the slot ends before.
local function active(user, pass, endsAt)
  local passExpiresAt = math.floor(endsAt / 1000) * 1000
  if pass.passExpiresAt < passExpiresAt then
    pass.passExpiresAt = passExpiresAt
    saveSlot(user, pass)
  end
  return { 'ACTIVE', pass.number, passExpiresAt, now }
end

-- Where a user stands who asks for it; nil when nowhere (or not under this number). Asking claims a turn.
local function place(user, number)
  local pass, endsAt = passOf(user, number)
  if pass then
    if pass.claimed then return active(user, pass, endsAt) end
    return { 'ACTIVE', pass.number, occupy(user, pass.number), now }
  end
  local mine = tonumber(redis.call('ZSCORE', LINE, user))
  if not mine or (number and mine ~= number) then return nil end
  if room.mode == 'off' then
    redis.call('ZREM', LINE, user)
    return { 'ACTIVE', mine, occupy(user, mine), now }
  end
  return waiting(mine, redis.call('ZRANK', LINE, user), redis.call('ZCARD', SLOTS))
end

-- The end of every script. → {messages written, result}; the first tells the caller whether to wake the relay.
local function finish(result)
  if slotsBefore then
    if not isSettled then settle() end
    measure()
  end
  return { messages, result }
end

