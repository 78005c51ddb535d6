-- KEYS: 6 mark of this command. ARGV: 7 user, 8 token id, 9 payment id, 10 command id, 11 seconds the mark stays.
-- → 'DONE' · 'REPEATED'
-- Ends the slot of whoever has paid and answers the command, in one step. A slot that is gone is answered too.
if not redis.call('SET', KEYS[6], '1', 'NX', 'EX', ARGV[11]) then return finish('REPEATED') end
local user = ARGV[7]
if room and passOfToken(user, ARGV[8]) then endSlot(user, 'paid') end
local correlation = CORRELATION ~= '' and CORRELATION or ARGV[9]
emit(TYPES.expireTokenReply, ARGV[9], { paymentId = ARGV[9], outcome = 'done' }, correlation, ARGV[10])
return finish('DONE')
