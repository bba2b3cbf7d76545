-- Notes that nodes of a version of the protocol live, and answers with the others of the last minutes.

local VERSIONS = KEYS[1]
local own = ARGV[1]
local DAY = 86400000
local RECENT = 300000
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local others = {}

local seen = redis.call('HGETALL', VERSIONS)
for i = 1, #seen, 2 do
	local ago = now - (tonumber(seen[i + 1]) or 0)
	if seen[i] ~= own and ago < RECENT then
		others[#others + 1] = #seen[i] .. ':' .. seen[i] .. ','
	end
end
redis.call('HSET', VERSIONS, own, now)
redis.call('PEXPIRE', VERSIONS, DAY)
return #tostring(#others) .. ':' .. #others .. ',' .. table.concat(others)
