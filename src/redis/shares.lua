-- The store of shares in Redis or Valkey: the rules of shares/pool_store.hpp, one command a call.
-- KEYS[1] prefixes every key; ARGV: the command and its arguments (src/redis/share_messages.cpp).
local prefix, command = KEYS[1] .. ':', ARGV[1]
local call = redis.call

local function key(name) return prefix .. name end
local function is_buried(node) return call('SISMEMBER', key('buried'), node) == 1 end

local function hold(node, is_minute)
  local serial = call('INCR', key('serial'))
  call('HSET', key('holds'), node, serial .. ':' .. is_minute)
end

local function begin_generation(run, node, last, proposal, first_member)
  local is_new = last == ''
  local generation = run .. '/' .. proposal
  call('SET', key('generation'), generation)
  call('DEL', key('waits'))
  for i = first_member, #ARGV do call('SADD', key('waits'), ARGV[i]) end
  for _, one in ipairs(call('HKEYS', key('beats'))) do call('SADD', key('waits'), one) end
  if is_new then call('SREM', key('waits'), node) end
  for _, one in ipairs(call('SMEMBERS', key('waits'))) do
    if is_buried(one) then
      call('SREM', key('waits'), one)
    else
      call('HSETNX', key('beats'), one, 0)
    end
  end
  local is_empty = call('EXISTS', key('used')) == 0
  if is_empty and is_new then call('SET', key('was_empty'), 1) else call('DEL', key('was_empty')) end
  if is_empty then hold(node, is_new and 0 or 1) end
  return generation
end

local function join()
  local run, node, last, proposal = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
  if is_buried(node) then return redis.error_reply('BURIED') end
  local generation = call('GET', key('generation')) or ''
  if string.sub(generation, 1, #run + 1) ~= run .. '/' then
    generation = begin_generation(run, node, last, proposal, 6)
  end
  call('HSETNX', key('beats'), node, 0)
  if last ~= '' and last ~= generation then
    call('SADD', key('waits'), node)
    if call('DEL', key('was_empty')) == 1 then hold(node, 1) end
  end
  return generation
end

local function inherit(pool, name, dead)
  local units = call('HGET', pool, 'r:' .. dead)
  if not units or not is_buried(dead) then return 0, 0 end
  local demand = call('HGET', pool, 'd:' .. dead) or 0
  call('HDEL', pool, 'r:' .. dead, 's:' .. dead, 'd:' .. dead, 't:' .. dead)
  call('SREM', key('pools:' .. dead), name)
  if call('EXISTS', key('pools:' .. dead)) == 0 then call('HDEL', key('heirs'), dead) end
  return tonumber(units), tonumber(demand)
end

-- The arguments of a trade, from ARGV[at]: pool, seq, limit, have, need, want, demand, window, spent, heir_of.
local function trade(node, at, grants)
  local name, pool = ARGV[at], key('pool:' .. ARGV[at])
  local seq, limit, have = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local need, want, demand = tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6])
  local got = call('HMGET', pool, 'n', 'f', 'D', 'r:' .. node, 's:' .. node, 'd:' .. node)
  local n, f, all = tonumber(got[1] or 0), tonumber(got[2] or 0), tonumber(got[3] or 0)
  local r, s, d = tonumber(got[4] or 0), tonumber(got[5] or 0), tonumber(got[6] or 0)
  f = f + limit - n
  if seq <= s then
    call('HSET', pool, 'n', limit, 'f', f)
    return s, r, f, all
  end
  if not got[4] then
    call('SADD', key('pools:' .. node), name)
    call('SET', key('used'), 1)
  end
  local heir_of = ARGV[at + 9]
  if heir_of ~= '' then
    local units, its_demand = inherit(pool, name, heir_of)
    f, all = f + units, all - its_demand
  end
  f = f + r - have
  local room = 0
  if grants and f > 0 then room = f end
  local needed = math.min(math.max(need - have, 0), room)
  local ahead = math.min(math.max(want - have - needed, 0), math.floor((room - needed) / 2))
  r, f, all = have + needed + ahead, f - needed - ahead, all + demand - d
  call('HSET', pool, 'n', limit, 'f', f, 'D', all, 'w', ARGV[at + 7], 'r:' .. node, r, 's:' .. node, seq, 'd:' .. node, demand)
  if ARGV[at + 8] ~= '' then call('HSET', pool, 't:' .. node, ARGV[at + 8]) end
  if have + needed < need then
    call('SADD', key('hungry'), name)
  elseif f > 0 then
    call('SREM', key('hungry'), name)
  end
  return seq, r, f, all
end

local function trade_many(node)
  local grants = call('SCARD', key('waits')) == 0 and call('HLEN', key('holds')) == 0
  local holdings = {}
  for at = 4, #ARGV, 10 do
    local seq, r, f, all = trade(node, at, grants)
    local last = #holdings
    holdings[last + 1], holdings[last + 2], holdings[last + 3], holdings[last + 4] = seq, r, f, all
  end
  return { holdings, call('SRANDMEMBER', key('hungry'), 64) }
end

local function may_inherit(node, heir) return heir == '' or heir == node or is_buried(heir) end

local function beat(node)
  local count = tonumber(ARGV[4])
  if count > tonumber(call('HGET', key('beats'), node) or 0) then call('HSET', key('beats'), node, count) end
  local ended, heirs = {}, call('HGETALL', key('heirs'))
  for i = 1, #heirs, 2 do
    if may_inherit(node, heirs[i + 1]) then ended[#ended + 1] = heirs[i] end
  end
  -- A hold whose node has ended is measured anew.
  local holds = call('HGETALL', key('holds'))
  for i = 1, #holds, 2 do
    if is_buried(holds[i]) then
      call('HDEL', key('holds'), holds[i])
      hold(node, string.match(holds[i + 1], ':(%d)'))
    end
  end
  return { call('HGETALL', key('beats')), ended, call('HGET', key('holds'), node) or '' }
end

local function release(node)
  local found = call('HGET', key('holds'), node)
  if found and string.match(found, '^(%d+):') == ARGV[4] then call('HDEL', key('holds'), node) end
  return 'OK'
end

local function bury(node)
  local dead, count = ARGV[4], ARGV[5]
  local is_own = node == dead
  if not is_buried(dead) then
    local beats = call('HGET', key('beats'), dead)
    if not beats or (not is_own and beats ~= count) then return { 1, {} } end
    call('SADD', key('buried'), dead)
    call('HDEL', key('beats'), dead)
    if call('EXISTS', key('pools:' .. dead)) == 1 then call('HSET', key('heirs'), dead, '') end
    -- It may have held more than this store knows.
    if call('SREM', key('waits'), dead) == 1 and not is_own then hold(node, 1) end
  end
  local heir = call('HGET', key('heirs'), dead)
  if is_own or not heir or not may_inherit(node, heir) then return { 1, {} } end
  call('HSET', key('heirs'), dead, node)
  local legacies, names = {}, call('SMEMBERS', key('pools:' .. dead))
  for i = 1, math.min(#names, 64) do
    local got = call('HMGET', key('pool:' .. names[i]), 'n', 'r:' .. dead, 'w', 't:' .. dead)
    legacies[i] = { names[i], got[1] or '0', got[2] or '0', got[3] or '60000', got[4] or '' }
  end
  return { #names <= 64 and 1 or 0, legacies }
end

if command == 'join' then return join() end
if (call('GET', key('generation')) or '') ~= ARGV[2] then return redis.error_reply('GENERATION') end
local node = ARGV[3]
if is_buried(node) then return redis.error_reply('BURIED') end
if command == 'trade' then return trade_many(node) end
if command == 'beat' then return beat(node) end
if command == 'release' then return release(node) end
if command == 'bury' then return bury(node) end
if command == 'declare' then
  call('SREM', key('waits'), node)
  return 'OK'
end
return redis.error_reply('COMMAND')
