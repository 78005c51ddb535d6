-- ARGV: 7 user, 8 number. → place · 'GONE'
if not room then return finish('GONE') end
return finish(place(ARGV[7], tonumber(ARGV[8])) or 'GONE')
