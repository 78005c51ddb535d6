-- ARGV: 7 user, 8 token id, 9 reservation. → 'RELEASED' · 'IGNORED'
-- The slot falls back to the end it had without this hold; if that is past, it ends now.
if not room then return finish('IGNORED') end
local user = ARGV[7]
local pass = passOfToken(user, ARGV[8])
if not pass then return finish('IGNORED') end
pass.holds[ARGV[9]] = 0
if saveSlot(user, pass) <= now then endSlot(user) end
return finish('RELEASED')
