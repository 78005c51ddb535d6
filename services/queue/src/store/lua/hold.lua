-- ARGV: 7 user, 8 token id, 9 reservation, 10 end of the hold in ms, 11 '1' when holding spends the token.
-- → 'STRETCHED' · 'SPENT' · 'IGNORED'
if not room then return finish('IGNORED') end
local user, reservation = ARGV[7], ARGV[9]
local pass = passOfToken(user, ARGV[8])
if not pass or pass.holds[reservation] == 0 then return finish('IGNORED') end
if ARGV[11] == '1' then
  endSlot(user, 'held')
  return finish('SPENT')
end
pass.holds[reservation] = tonumber(ARGV[10])
saveSlot(user, pass)
return finish('STRETCHED')
