-- The nodes that live, with the age of their last heartbeat and what each says of its breakers.

local NODES, REPORTS, SESSIONS = KEYS[1], KEYS[2], KEYS[3]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local nodes = redis.call('ZRANGE', NODES, 0, -1, 'WITHSCORES')
local answer = {}

local function put(value)
	answer[#answer + 1] = #value .. ':' .. value .. ','
end

put(string.format('%.0f', #nodes / 2))
for i = 1, #nodes, 2 do
	local session = redis.call('HGET', SESSIONS, nodes[i]) or ''
	-- The moment at which it is gone, and how long after a heartbeat that is
	local timeout = tonumber(string.match(session, '^%d+ (%d+)$')) or 0
	put(nodes[i])
	put(string.format('%.0f', math.max(0, now - (tonumber(nodes[i + 1]) - timeout))))
	put(redis.call('HGET', REPORTS, nodes[i]) or '')
end
return table.concat(answer)
