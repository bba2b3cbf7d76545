-- One exchange of a node with its fleet, as one atomic step. docs/cluster.md has the keys and the rules;
-- RedisFleetTransport sends it, ExchangeWriter writes its arguments, ReplyReader reads its answer.
--
-- All keys are read, or looked at, before the first is written: one of another type fails the exchange
-- while nothing has changed yet.

local META, NODES, SESSIONS, REPORTS, RECORDS, REVISIONS = unpack(KEYS, 1, 6)
local PREFIX = string.sub(META, 1, -5)
local NEWS = PREFIX .. 'news'
local VOTES = PREFIX .. 'votes:'

-- What fits into the 14 digits that cjson writes
local MOST = 99999999999999
local MOST_INT = 2147483647
-- As nodes take them for possible: in the year 2255
local LATEST = 9000000000000
local MOST_OPENINGS = 1000000000
local MOST_ABSENCES = 3
local NEVER = MOST_INT
local MINUTE = 60000
local HOUR = 3600000
local DAY = 86400000
local MOST_NAMES = 20
local LOOKED_AT = 50
local MOST_AT_ONCE = 500

local STATES = { CLOSED = true, OPEN = true, HALF_OPEN = true, FORCED_OPEN = true, DISABLED = true, METRICS_ONLY = true }

-- Arguments ------------------------------------------------------------------------------------------

local argument = 0

local function text()
	argument = argument + 1
	return ARGV[argument]
end

local function number()
	return tonumber(text())
end

local function optional()
	local value = text()
	return string.sub(value, 1, 1) == '+' and string.sub(value, 2) or nil
end

local function probeRules()
	local rules = {}
	rules.permitted = number()
	rules.successes = number()
	rules.failures = number()
	rules.slow = number()
	rules.slowRate = number()
	rules.dark = text() == '1'
	return rules
end

local function command()
	local given = {}
	given.state = text()
	given.hold = number()
	given.comment = optional()
	given.actor = optional()
	return given
end

local id = text()
local told = text()
local known = number()
local timeout = number()
local quorumVotes = number()
local quorumPercent = number()
local report = text()
local fresh = text()
local serial = number()
local lived = number()

-- What is there --------------------------------------------------------------------------------------

local function isCount(value, most)
	return type(value) == 'number' and value >= 0 and value <= most and value == math.floor(value)
end

local function decode(json)
	if not json then
		return nil
	end
	local read, value = pcall(cjson.decode, json)
	return read and type(value) == 'table' and value or nil
end

local foreign

local function size(look, key)
	local answer = redis.pcall(look, key)
	if type(answer) ~= 'number' then
		foreign = foreign or (answer.err .. ' (the key is ' .. key .. ')')
		return 0
	end
	return answer
end

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

size('HLEN', META)
size('HLEN', REPORTS)
local complete = size('ZCARD', NODES) == size('HLEN', SESSIONS) and size('ZCARD', REVISIONS) == size('HLEN', RECORDS)
for i = 7, #KEYS do
	size('HLEN', KEYS[i])
end
if foreign then
	return redis.error_reply(foreign)
end

local meta = redis.call('HMGET', META, 'incarnation', 'revision', 'grace', 'floor', 'pruned', 'cursor', 'seen', 'absences')
local incarnation = meta[1]
local revision = tonumber(meta[2])
local grace = tonumber(meta[3])
local floor = tonumber(meta[4])
local pruned = tonumber(meta[5])
local cursor = tonumber(meta[6])
local seen = tonumber(meta[7])
local absences = tonumber(meta[8])

-- A store that has lost a part, or has gone back to what it was, counts as one that has lost all: the
-- nodes tell it what they know.
local whole = complete and incarnation and isCount(revision, MOST) and isCount(grace, now + HOUR)
	and isCount(floor, MOST_INT)
	and not (told == incarnation and known > revision)

local session = whole and redis.call('HGET', SESSIONS, id) or ''
local before = tonumber(string.match(session, '^(%d+) %d+$'))
if isCount(before, MOST) and before >= serial then
	return redis.error_reply('STALE a later exchange of this node has come before this one')
end

if not whole then
	incarnation = fresh
	revision = isCount(revision, MOST) and revision or 0
	-- As many nodes as lived before, until they have had the time to come back: one vote is no quorum
	-- because its node is the first.
	grace = now + timeout
	floor = lived
	redis.call('HSET', META, 'incarnation', incarnation, 'revision', revision, 'grace', grace, 'floor', floor)
	redis.call('DEL', NODES, SESSIONS, REPORTS, RECORDS, REVISIONS)
elseif grace > now + math.max(timeout, MINUTE) then
	-- The clock has gone back.
	grace = now + timeout
	redis.call('HSET', META, 'grace', grace)
elseif now < grace and lived > floor then
	floor = lived
	redis.call('HSET', META, 'floor', floor)
end
if told ~= '' and told ~= incarnation then
	revision = math.max(revision, known)
end

-- Nodes ----------------------------------------------------------------------------------------------

-- A node is gone at the moment that is its score. Where no node was heard for long, it was the store that was away or its
-- clock that has jumped, and no node has less time for it. A node that is alone can have a heartbeat as long as that.
local away = isCount(seen, MOST) and now - seen or 0
absences = isCount(absences, MOST) and absences or 0
if away < -timeout / 2 or (away > timeout / 2 and absences < MOST_ABSENCES) then
	local nodes = redis.call('ZRANGE', NODES, 0, -1, 'WITHSCORES')
	for i = 1, #nodes, 2 do
		redis.call('ZADD', NODES, tonumber(nodes[i + 1]) + away, nodes[i])
	end
	absences = away > 0 and absences + 1 or absences
elseif away <= timeout / 2 then
	absences = 0
end

redis.call('ZADD', NODES, now + timeout, id)

if now >= grace then
	for _, node in ipairs(redis.call('ZRANGEBYSCORE', NODES, '-inf', now)) do
		redis.call('ZREM', NODES, node)
		redis.call('HDEL', SESSIONS, node)
		redis.call('HDEL', REPORTS, node)
	end
end

if redis.call('HGET', REPORTS, id) ~= report then
	redis.call('HSET', REPORTS, id, report)
end

local live = redis.call('ZCARD', NODES)
if now < grace then
	live = math.max(live, floor)
end

local function share(percent)
	return math.max(1, math.floor((live * percent + 99) / 100))
end

local quorum
if quorumVotes > 0 then
	quorum = quorumVotes
elseif quorumPercent > 0 then
	quorum = share(quorumPercent)
else
	quorum = live < 3 and 1 or share(30)
end

local function isLive(node)
	return redis.call('ZSCORE', NODES, node) and true or false
end

local function nameOf(node)
	return string.match(node, '^%S+ (.*)$') or node
end

-- The names of so many nodes at most, in their order
local function namesOf(nodes)
	table.sort(nodes, function(a, b)
		local x, y = nameOf(a), nameOf(b)
		if x ~= y then
			return x < y
		end
		return a < b
	end)
	local names = {}
	for i = 1, math.min(#nodes, MOST_NAMES) do
		names[i] = nameOf(nodes[i])
	end
	return names
end

-- Netstrings -----------------------------------------------------------------------------------------

local function put(list, value)
	if type(value) == 'number' then
		value = string.format('%.0f', value)
	end
	list[#list + 1] = #value .. ':' .. value .. ','
end

local function putOptional(list, value)
	put(list, value and '+' .. value or '-')
end

local function putNames(list, names)
	put(list, #names)
	for _, name in ipairs(names) do
		put(list, name)
	end
end

local function holdersOf(probes)
	local seen, holders = {}, {}
	for _, lease in ipairs(probes.leases) do
		local name = nameOf(lease.node)
		if not seen[name] then
			seen[name] = true
			holders[#holders + 1] = lease.node
		end
	end
	return namesOf(holders)
end

-- A record as nodes read it
local function wire(breaker, record)
	local list = {}
	put(list, breaker)
	put(list, record.epoch)
	put(list, record.revision)
	put(list, record.state)
	put(list, record.since)
	put(list, record.deadline)
	put(list, record.openings)
	put(list, record.cause)
	put(list, record.votes)
	put(list, record.quorum)
	put(list, record.live)
	local voters = {}
	for i = 1, math.min(#record.voters, MOST_NAMES) do
		voters[i] = record.voters[i]
	end
	putNames(list, voters)
	local given = record.command
	put(list, given and 1 or 0)
	if given then
		put(list, given.state)
		put(list, given.hold)
		putOptional(list, given.comment)
		putOptional(list, given.actor)
	end
	local probes = record.state == 'HALF_OPEN' and record.probes or nil
	put(list, probes and 1 or 0)
	if probes then
		put(list, probes.permitted)
		put(list, probes.given)
		put(list, probes.recorded)
		put(list, probes.failed)
		put(list, probes.slow)
		putNames(list, holdersOf(probes))
	end
	return table.concat(list)
end

-- Records --------------------------------------------------------------------------------------------

-- A record is kept as its face and as JSON. The face is what most exchanges need of it: its state, its epoch, how many
-- places for probes are left (-1: not known), a length, and so much text, which is the record as nodes read it.

local records = {}
local values = {}
local wires = {}
local written = {}
-- The groups of keys, as this exchange tells them
local groups = {}
local begun, isBegun = {}, {}
local demanded, isDemanded = {}, {}
local damaged = {}

local function isProbes(probes)
	if type(probes) ~= 'table' or type(probes.leases) ~= 'table' then
		return false
	end
	for _, field in ipairs({ 'permitted', 'given', 'recorded', 'failed', 'slow' }) do
		if not isCount(probes[field], MOST_INT) then
			return false
		end
	end
	for _, lease in ipairs(probes.leases) do
		if type(lease) ~= 'table' or not isCount(lease.token, MOST) or type(lease.node) ~= 'string' then
			return false
		end
		for _, field in ipairs({ 'places', 'recorded', 'failed', 'slow', 'returned' }) do
			if not isCount(lease[field], MOST_INT) then
				return false
			end
		end
	end
	return isCount(probes.followed, MOST)
end

local function isHeld(state)
	return state == 'FORCED_OPEN' or state == 'DISABLED' or state == 'METRICS_ONLY'
end

-- Whether a command can have made a state, or none where it needs none
local function fits(state, given)
	if given == nil then
		return not isHeld(state)
	end
	return type(given) == 'table' and (given.state == state or (given.state == 'RESET' and state == 'CLOSED'))
end

local function isCommand(given)
	return given == nil or ((given.hold == -1 or isCount(given.hold, MOST))
		and (given.comment == nil or type(given.comment) == 'string')
		and (given.actor == nil or type(given.actor) == 'string'))
end

local function isRecord(record)
	for _, field in ipairs({ 'openings', 'votes', 'quorum', 'live' }) do
		if not isCount(record[field], MOST_INT) then
			return false
		end
	end
	if type(record.voters) ~= 'table' then
		return false
	end
	for _, voter in ipairs(record.voters) do
		if type(voter) ~= 'string' then
			return false
		end
	end
	return isCount(record.epoch, revision) and isCount(record.revision, revision) and STATES[record.state] == true
		and record.openings <= MOST_OPENINGS and isCount(record.since, MOST)
		and (record.deadline == -1 and record.state ~= 'OPEN' or isCount(record.deadline, LATEST))
		and type(record.cause) == 'string' and fits(record.state, record.command) and isCommand(record.command)
		and (record.state ~= 'HALF_OPEN' or isProbes(record.probes))
		and (record.touched == nil or isCount(record.touched, MOST))
		and (record.group == nil or type(record.group) == 'string')
end

local function leftOf(record)
	local probes = record.state == 'HALF_OPEN' and record.probes
	return probes and probes.permitted > 0 and math.max(0, probes.permitted - probes.given) or -1
end

local function faceOf(breaker, record)
	wires[breaker] = wire(breaker, record)
	return string.format('%s %.0f %.0f %d ', record.state, record.epoch, leftOf(record), #wires[breaker]) .. wires[breaker]
end

local function valueOf(breaker)
	if values[breaker] == nil then
		values[breaker] = redis.call('HGET', RECORDS, breaker)
	end
	return values[breaker]
end

local function readFace(value)
	local state, epoch, left, length, start = string.match(value, '^(%u[%u_]*) (%d+) (%-?%d+) (%d+) ()')
	if not state or start + length > #value then
		return nil
	end
	return { state = state, epoch = tonumber(epoch), left = tonumber(left), value = value, json = start + length,
		wire = string.sub(value, start, start + length - 1) }
end

-- One whose JSON says something else than its face is damaged.
local function load(breaker)
	if records[breaker] == nil then
		local value = valueOf(breaker)
		local face = value and readFace(value)
		local record = face and decode(string.sub(value, face.json))
		if record and not (isRecord(record) and faceOf(breaker, record) == string.sub(value, 1, face.json - 1)) then
			record = nil
		end
		if value and not record then
			redis.call('HDEL', RECORDS, breaker)
			redis.call('ZREM', REVISIONS, breaker)
			damaged[#damaged + 1] = breaker
		end
		records[breaker] = record or false
	end
	return records[breaker] or nil
end

-- The face alone, where the record was not loaded before
local function peek(breaker)
	if records[breaker] == nil then
		local value = valueOf(breaker)
		local face = value and readFace(value)
		if face or not value then
			return face or nil
		end
	end
	local record = load(breaker)
	return record and { state = record.state, epoch = record.epoch, left = leftOf(record), record = record } or nil
end

local function closed()
	return { epoch = 0, revision = 0, state = 'CLOSED', since = now, deadline = -1, openings = 0, cause = '', votes = 0,
		quorum = 0, live = 0, voters = {} }
end

local function isHoldOver(record)
	return (record.state == 'FORCED_OPEN' or record.state == 'DISABLED') and record.deadline >= 0 and now >= record.deadline
end

local function stateOf(record)
	return isHoldOver(record) and 'CLOSED' or record.state
end

local function openingsOf(record)
	return isHoldOver(record) and 0 or record.openings
end

local function forgetVotes(record)
	record.votes = 0
	record.quorum = 0
	record.live = live
	record.voters = {}
end

local function after(millis)
	return math.min(now + millis, LATEST)
end

local function nextRevision()
	revision = revision + 1
	return revision
end

local function touch(breaker, record)
	record.revision = nextRevision()
	record.touched = now
	written[breaker] = true
end

-- A new epoch, without probes and without votes
local function begin(breaker, record, state, deadline, cause)
	records[breaker] = record
	touch(breaker, record)
	record.epoch = record.revision
	record.state = state
	record.since = now
	record.deadline = deadline
	record.cause = cause
	record.group = groups[breaker] or record.group
	record.probes = nil
	if state == 'HALF_OPEN' then
		record.probes = { permitted = 0, given = 0, recorded = 0, failed = 0, slow = 0, followed = 0, leases = {} }
	end
	if string.sub(cause, 1, 6) == 'PROBES' or cause == 'ABANDONED' then
		record.command = nil
	end
	redis.call('DEL', VOTES .. breaker)
	if not isBegun[breaker] then
		isBegun[breaker] = true
		begun[#begun + 1] = breaker
	end
end

-- Probes ---------------------------------------------------------------------------------------------

local function loseLeases(breaker, record)
	local kept = {}
	for _, lease in ipairs(record.probes.leases) do
		if isLive(lease.node) then
			kept[#kept + 1] = lease
		end
	end
	if #kept < #record.probes.leases then
		record.probes.leases = kept
		touch(breaker, record)
	end
end

-- As ProbeRules.verdict
local function verdict(rules, probes)
	local toCome = math.max(0, rules.permitted - probes.recorded)
	if rules.successes ~= NEVER then
		local successes = probes.recorded - probes.failed
		if successes >= rules.successes then
			return 100 * probes.slow / probes.recorded >= rules.slowRate and 'FAILED' or 'SUCCEEDED'
		end
		return successes + toCome < rules.successes and 'FAILED' or nil
	end
	if probes.failed >= rules.failures or probes.slow >= rules.slow then
		return 'FAILED'
	end
	if toCome >= rules.failures - probes.failed or toCome >= rules.slow - probes.slow then
		return nil
	end
	return 'SUCCEEDED'
end

-- By the same shares of those that came back as of all that are permitted
local function verdictOfThose(rules, probes)
	local function reaches(part, threshold)
		return threshold ~= NEVER and part * rules.permitted >= threshold * probes.recorded
	end
	if rules.successes ~= NEVER then
		if 100 * probes.slow / probes.recorded >= rules.slowRate then
			return 'FAILED'
		end
		return reaches(probes.recorded - probes.failed, rules.successes) and 'SUCCEEDED' or 'FAILED'
	end
	return (reaches(probes.failed, rules.failures) or reaches(probes.slow, rules.slow)) and 'FAILED' or 'SUCCEEDED'
end

local function recover(breaker, record, cause)
	begin(breaker, record, 'CLOSED', -1, cause)
	record.openings = 0
	forgetVotes(record)
end

local function reopen(breaker, record, wait, cause)
	begin(breaker, record, 'OPEN', after(wait), cause)
	record.openings = record.openings + 1
end

local function decide(breaker, record, rules, wait)
	local probes = record.probes
	local decided = verdict(rules, probes)
	if not decided and probes.given >= probes.permitted and #probes.leases == 0 then
		decided = probes.recorded > 0 and verdictOfThose(rules, probes) or 'LOST'
	end
	if decided == 'SUCCEEDED' then
		recover(breaker, record, 'PROBES_SUCCEEDED')
	elseif decided == 'FAILED' then
		reopen(breaker, record, wait, 'PROBES_FAILED')
	elseif decided == 'LOST' then
		reopen(breaker, record, wait, 'PROBES_LOST')
	end
end

-- Actions --------------------------------------------------------------------------------------------

local function vote(breaker, wait, ttl)
	local face = peek(breaker)
	if face and (face.state == 'FORCED_OPEN' or face.state == 'DISABLED') then
		local held = load(breaker)
		face = held and { state = stateOf(held), epoch = held.epoch }
	end
	-- A node that has not heard of the epoch may have voted before the fleet closed.
	if face and (face.state ~= 'CLOSED' or (told == incarnation and known or 0) < face.epoch) then
		return
	end
	local key = VOTES .. breaker
	redis.call('HSET', key, id, now + ttl)
	local least = math.max(DAY, ttl)
	if redis.call('PTTL', key) < least then
		redis.call('PEXPIRE', key, least)
	end
	if redis.call('HLEN', key) < quorum then
		return
	end
	local voters = {}
	local votes = redis.call('HGETALL', key)
	for i = 1, #votes, 2 do
		local expiry = tonumber(votes[i + 1])
		if not expiry or expiry <= now then
			redis.call('HDEL', key, votes[i])
		elseif isLive(votes[i]) then
			voters[#voters + 1] = votes[i]
		end
	end
	if #voters < quorum then
		return
	end
	local record = load(breaker) or closed()
	record.openings = openingsOf(record) + 1
	begin(breaker, record, 'OPEN', after(wait), 'VOTES')
	record.votes = #voters
	record.quorum = quorum
	record.live = live
	record.voters = namesOf(voters)
	record.command = nil
end

local ID = cjson.encode(id)

local function holdsLease(face)
	if not face.record then
		return string.find(face.value, ID, face.json, true)
	end
	for _, lease in ipairs(face.record.probes.leases) do
		if lease.node == id then
			return true
		end
	end
	return false
end

local function demand(breaker, epoch, places, rules, wait)
	local face = peek(breaker)
	-- Most of what is demanded in a storm. Whether the probes are decided is looked at where no places are.
	if places > 0 and face and face.left == 0 and not holdsLease(face) then
		return
	end
	if not isDemanded[breaker] then
		isDemanded[breaker] = true
		demanded[#demanded + 1] = breaker
	end
	local record = load(breaker)
	if not record or not (record.epoch == epoch or (record.state == 'HALF_OPEN' and epoch ~= 0
		and record.probes.followed == epoch)) then
		return
	end
	if record.state == 'OPEN' and now >= record.deadline and places > 0 then
		local ended = record.epoch
		begin(breaker, record, 'HALF_OPEN', -1, record.cause)
		record.probes.followed = ended
		record.command = nil
	end
	if record.state ~= 'HALF_OPEN' then
		return
	end
	local probes = record.probes
	if probes.permitted == 0 then
		probes.permitted = rules.permitted
		written[breaker] = true
	end
	loseLeases(breaker, record)
	local given = math.min(places, probes.permitted - probes.given)
	if rules.dark then
		given = #probes.leases == 0 and math.min(given, 1) or 0
	end
	if given > 0 then
		touch(breaker, record)
		probes.leases[#probes.leases + 1] = { token = record.revision, node = id, places = given, recorded = 0, failed = 0,
			slow = 0, returned = 0 }
		probes.given = probes.given + given
	end
	decide(breaker, record, rules, wait)
end

-- The totals of a lease, which counts what is new in them
local function result(breaker, epoch, token, told, rules, wait)
	local record = load(breaker)
	if not record or record.state ~= 'HALF_OPEN' or record.epoch ~= epoch then
		return
	end
	loseLeases(breaker, record)
	local probes = record.probes
	local lease, place
	for i, each in ipairs(probes.leases) do
		if each.token == token then
			lease, place = each, i
		end
	end
	if not lease or lease.node ~= id or told.failed > told.recorded or told.slow > told.recorded
		or told.recorded + told.returned > lease.places then
		return
	end
	local isNew = false
	for field, total in pairs(told) do
		if total < lease[field] then
			return
		end
		isNew = isNew or total > lease[field]
	end
	if isNew then
		probes.given = math.max(0, probes.given - (told.returned - lease.returned))
		probes.recorded = probes.recorded + told.recorded - lease.recorded
		probes.failed = probes.failed + told.failed - lease.failed
		probes.slow = probes.slow + told.slow - lease.slow
		for field, total in pairs(told) do
			lease[field] = total
		end
		if lease.recorded + lease.returned == lease.places then
			table.remove(probes.leases, place)
		end
		touch(breaker, record)
	end
	decide(breaker, record, rules, wait)
end

local function order(breaker, given, wait)
	local record = load(breaker) or closed()
	local hold = given.hold >= 0 and after(given.hold) or -1
	local isOpen = stateOf(record) == 'OPEN'
	local openings = openingsOf(record)
	if given.state == 'RESET' or given.state == 'CLOSED' then
		begin(breaker, record, 'CLOSED', -1, 'COMMAND')
		openings = 0
	elseif given.state == 'OPEN' then
		begin(breaker, record, 'OPEN', after(wait), 'COMMAND')
		openings = isOpen and openings or openings + 1
	elseif given.state == 'FORCED_OPEN' or given.state == 'DISABLED' then
		begin(breaker, record, given.state, hold, 'COMMAND')
	elseif given.state == 'HALF_OPEN' or given.state == 'METRICS_ONLY' then
		begin(breaker, record, given.state, -1, 'COMMAND')
	else
		return
	end
	record.openings = openings
	forgetVotes(record)
	record.command = given
end

-- What has closed a group closes those of its keys that are not closed, whichever nodes have them. Their names alone do
-- not tell them from other breakers.
local function closeKeys(group, given)
	local prefix = group .. ':'
	local names, isNamed = {}, {}
	local function name(breaker)
		if string.sub(breaker, 1, #prefix) == prefix and not isNamed[breaker] then
			isNamed[breaker] = true
			names[#names + 1] = breaker
		end
	end
	for _, breaker in ipairs(redis.call('HKEYS', RECORDS)) do
		name(breaker)
	end
	for breaker in pairs(written) do
		name(breaker)
	end
	table.sort(names)
	for _, breaker in ipairs(names) do
		local face = peek(breaker)
		local record = face and face.state ~= 'CLOSED' and load(breaker)
		if record and (groups[breaker] or record.group) == group then
			order(breaker, given, 0)
		end
	end
end

-- What a command has made in this life of the store is newer than all that is remembered of an earlier one.
-- Of a record that was remembered, the epoch is lower than the revision.
local function isOrdered(record)
	return record.command and record.cause == 'COMMAND' and record.epoch == record.revision and not isHoldOver(record)
end

-- Leases are not remembered: what was half-open is open, and its wait is over.
local function remember(breaker, epoch, state, since, remaining, openings, cause, votes, quorum, live, voters, given)
	local face = peek(breaker)
	if state == 'CLOSED' or epoch <= (face and face.epoch or 0) or not fits(state, given) then
		return
	end
	local record = load(breaker) or closed()
	if isOrdered(record) then
		return
	end
	revision = math.max(revision, epoch)
	local deadline = remaining >= 0 and after(remaining) or -1
	if state == 'OPEN' then
		deadline = math.max(now, deadline)
	elseif state == 'HALF_OPEN' then
		state = 'OPEN'
		deadline = now
		given = nil
	elseif state == 'METRICS_ONLY' then
		deadline = -1
	end
	begin(breaker, record, state, deadline, cause)
	record.epoch = epoch
	record.since = math.min(since, now)
	record.openings = math.min(openings, MOST_OPENINGS)
	record.votes = votes
	record.quorum = quorum
	record.live = live
	record.voters = voters
	record.command = given
end

local closing = {}

while argument < #ARGV do
	local action = text()
	local breaker = text()
	if action == 'vote' then
		local wait = number()
		vote(breaker, wait, number())
	elseif action == 'withdraw' then
		redis.call('HDEL', VOTES .. breaker, id)
	elseif action == 'demand' then
		local epoch = number()
		local places = number()
		local rules = probeRules()
		demand(breaker, epoch, places, rules, number())
	elseif action == 'result' then
		local epoch = number()
		local token = number()
		local told = {}
		told.recorded = number()
		told.failed = number()
		told.slow = number()
		told.returned = number()
		local rules = probeRules()
		result(breaker, epoch, token, told, rules, number())
	elseif action == 'order' then
		local given = command()
		order(breaker, given, number())
		if given.state == 'RESET' or given.state == 'CLOSED' then
			closing[#closing + 1] = { group = breaker, given = given }
		end
	elseif action == 'key' then
		groups[breaker] = text()
	elseif action == 'remember' then
		local epoch = number()
		local state = text()
		local since = number()
		local remaining = number()
		local openings = number()
		local cause = text()
		local votes = number()
		local needed = number()
		local lives = number()
		local voters = {}
		for i = 1, number() do
			voters[i] = text()
		end
		local given = nil
		if text() == '1' then
			given = command()
		end
		remember(breaker, epoch, state, since, remaining, openings, cause, votes, needed, lives, voters, given)
	end
end

-- After all else, what a node remembers of a key too
for _, each in ipairs(closing) do
	closeKeys(each.group, each.given)
end

-- What is kept ---------------------------------------------------------------------------------------

local reports = {}

local function netstring(from, at)
	local length, start = string.match(from, '^(%d+):()', at)
	local last = length and start + tonumber(length) - 1
	if not last or string.sub(from, last + 1, last + 1) ~= ',' then
		return nil, #from + 1
	end
	return string.sub(from, start, last), last + 2
end

-- The states of the breakers that a node reports, by their names
local function reportOf(node)
	if not reports[node] then
		local states, from, at = {}, redis.call('HGET', REPORTS, node) or '', 1
		while at <= #from do
			local breaker, state
			breaker, at = netstring(from, at)
			state, at = netstring(from, at)
			if breaker and state then
				states[breaker] = state
			end
		end
		reports[node] = states
	end
	return reports[node]
end

-- What the nodes that live have a breaker in: CLOSED where all that report it were commanded to close it, nil where
-- none reports it
local function stateOnNodes(breaker)
	local found
	for _, node in ipairs(redis.call('ZRANGE', NODES, 0, -1)) do
		local state = reportOf(node)[breaker]
		if state and state ~= 'CLOSED' then
			return state
		end
		found = found or state
	end
	return found
end

-- Whether no node that lives is open or half-open any more where the record is: each that has the breaker was commanded
-- to close it, or none has it, and nothing has come of its wait or its probes for a day.
local function isAbandoned(breaker, record)
	local quiet
	if record.state == 'OPEN' then
		quiet = now - record.deadline
	elseif record.state == 'HALF_OPEN' then
		quiet = now - (record.touched or record.since)
		for _, lease in ipairs(record.probes.leases) do
			if isLive(lease.node) then
				return false
			end
		end
	else
		return false
	end
	-- Each node has said what it is in since then.
	if now < grace or now - record.since < timeout then
		return false
	end
	local state = stateOnNodes(breaker)
	return state == 'CLOSED' or (state == nil and quiet >= DAY)
end

-- Closed records have nothing to say after an hour. A few are looked at every minute.
local function isStale(record)
	return stateOf(record) == 'CLOSED' and now - (record.state == 'CLOSED' and record.since or record.deadline) >= HOUR
end

if now - (isCount(pruned, now + MINUTE) and pruned or 0) >= MINUTE then
	local start = isCount(cursor, MOST) and cursor or 0
	local looked = redis.call('ZRANGEBYSCORE', REVISIONS, '(' .. string.format('%.0f', start), '+inf', 'WITHSCORES',
		'LIMIT', 0, LOOKED_AT)
	start = 0
	for i = 1, #looked, 2 do
		local record = load(looked[i])
		if record and isAbandoned(looked[i], record) then
			recover(looked[i], record, 'ABANDONED')
		elseif record and isStale(record) then
			written[looked[i]] = nil
			redis.call('HDEL', RECORDS, looked[i])
			redis.call('ZREM', REVISIONS, looked[i])
			redis.call('DEL', VOTES .. looked[i])
			records[looked[i]] = false
		end
		if i + 1 == LOOKED_AT * 2 then
			start = tonumber(looked[i + 1])
		end
	end
	redis.call('HSET', META, 'pruned', now, 'cursor', start)
end

for breaker in pairs(written) do
	local record = records[breaker]
	redis.call('HSET', RECORDS, breaker, faceOf(breaker, record) .. cjson.encode(record))
	redis.call('ZADD', REVISIONS, record.revision, breaker)
end

local changed = {}
local names = redis.call('ZRANGEBYSCORE', REVISIONS,
	'(' .. string.format('%.0f', told == incarnation and known or 0), '+inf')
local unread = {}
for _, breaker in ipairs(names) do
	if records[breaker] == nil and values[breaker] == nil then
		unread[#unread + 1] = breaker
	end
end
for first = 1, #unread, MOST_AT_ONCE do
	local last = math.min(first + MOST_AT_ONCE - 1, #unread)
	for i, value in ipairs(redis.call('HMGET', RECORDS, unpack(unread, first, last))) do
		values[unread[first + i - 1]] = value
	end
end
for _, breaker in ipairs(names) do
	local face = peek(breaker)
	if face then
		wires[breaker] = wires[breaker] or face.wire
		changed[#changed + 1] = breaker
	end
end

-- What was damaged is lost: the nodes tell what they know of it.
if #damaged > 0 then
	incarnation = fresh
	changed = {}
	for _, breaker in ipairs(redis.call('ZRANGE', REVISIONS, 0, -1)) do
		if load(breaker) then
			changed[#changed + 1] = breaker
		end
	end
end

redis.call('HSET', META, 'incarnation', incarnation, 'revision', revision, 'seen', now, 'absences', absences)

redis.call('HSET', SESSIONS, id, string.format('%.0f %.0f', serial, timeout))

for i = 1, 6 do
	local left = redis.call('PTTL', KEYS[i])
	if left ~= -2 and left < DAY then
		redis.call('PEXPIRE', KEYS[i], 2 * DAY)
	end
end

-- Answer and news ------------------------------------------------------------------------------------

local function putRecords(list, breakers)
	put(list, #breakers)
	for _, breaker in ipairs(breakers) do
		put(list, wires[breaker])
	end
end

local refused = ''
if #begun > 0 then
	local news = {}
	put(news, now)
	put(news, incarnation)
	putRecords(news, begun)
	local published = redis.pcall('PUBLISH', NEWS, table.concat(news))
	if type(published) == 'table' then
		refused = published.err
	end
end

local answer = {}
put(answer, now)
put(answer, incarnation)
put(answer, revision)
put(answer, live)
put(answer, quorum)
-- All that the node holds, since an answer before may have been lost
local grants, granted = {}, 0
for _, breaker in ipairs(demanded) do
	local record = load(breaker)
	for _, lease in ipairs(record and record.state == 'HALF_OPEN' and record.probes.leases or {}) do
		if lease.node == id then
			granted = granted + 1
			put(grants, breaker)
			put(grants, record.epoch)
			put(grants, lease.token)
			put(grants, lease.places)
		end
	end
end
put(answer, granted)
answer[#answer + 1] = table.concat(grants)
putNames(answer, damaged)
put(answer, refused)
putRecords(answer, changed)
return table.concat(answer)
