/*
 * What must happen at once in Redis happens in a script, which no other command interrupts. Needs Redis 7: `0-*` lets
 * it number the messages of a room without a gap.
 *
 *   chat:log                 the name of this history
 *   chat:rooms               a set of the rooms that exist
 *   chat:said:<room>         a stream of what was said; the ids are 0-1, 0-2, 0-3 and so on
 *   chat:ref:<person>:<ref>  the number of the message that was sent with this ref
 *   chat:people:<room>       a hash of "<person> <node>" to the name
 *   chat:nodes               a set of the nodes; chat:node:<node> exists as long as one is alive
 *   chat:name:<look>         whose name this is; chat:owner:<person> the look of their name
 *   chat:events              a stream of all that happens, which every node follows
 */

export const PREFIX = "chat:";
export const EVENTS: string = `${PREFIX}events`;

/** Entries that the stream of events keeps about; a node that lags further starts anew. */
const EVENTS_KEPT = 10_000;
/** Messages that a room keeps about. */
const SAID_KEPT = 100_000;
/** Seconds for which a message that is sent once more is recognized. */
const REF_KEPT = 24 * 60 * 60;

const TELL = `
local function tell(kind, room, person, name)
  redis.call('XADD', '${EVENTS}', 'MAXLEN', '~', ${EVENTS_KEPT}, '*',
    'kind', kind, 'room', room, 'person', person, 'name', name)
end
local function split(field) return string.match(field, '^(%S+) (%S+)$') end
local function people(room)
  local flat, names, order = redis.call('HGETALL', '${PREFIX}people:' .. room), {}, {}
  for i = 1, #flat, 2 do
    local person = split(flat[i])
    if not names[person] then order[#order + 1] = person end
    names[person] = flat[i + 1]
  end
  return names, order
end
`;

/** Keys: said, ref, owner. Arguments: room, person, name, ref, text, at, milliseconds to keep the name. */
export const APPEND: string = `
local room, person, name, ref, text, at, kept = unpack(ARGV)
local seq = redis.call('GET', KEYS[2])
if seq then
  local entry = redis.call('XRANGE', KEYS[1], '0-' .. seq, '0-' .. seq)[1]
  if entry then
    for i = 1, #entry[2], 2 do if entry[2][i] == 'at' then at = entry[2][i + 1] end end
    return { seq, at }
  end
end
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ${SAID_KEPT}, '0-*',
  'person', person, 'name', name, 'ref', ref, 'text', text, 'at', at)
seq = string.sub(id, 3)
redis.call('SET', KEYS[2], seq, 'EX', ${REF_KEPT})
redis.call('XADD', '${EVENTS}', 'MAXLEN', '~', ${EVENTS_KEPT}, '*', 'kind', 'said', 'room', room, 'seq', seq,
  'person', person, 'name', name, 'ref', ref, 'text', text, 'at', at)
local look = redis.call('GET', KEYS[3])
if look then
  redis.call('PEXPIRE', KEYS[3], kept)
  redis.call('PEXPIRE', '${PREFIX}name:' .. look, kept)
end
return { seq, at }
`;

/** Arguments: room, person, name, node, most users, most rooms. Returns the people, or why not. */
export const ENTER: string = `${TELL}
local room, person, name, node, users, rooms = unpack(ARGV)
local names, order = people(room)
if not names[person] and #order >= tonumber(users) then return 'room-full' end
if redis.call('SISMEMBER', '${PREFIX}rooms', room) == 0 then
  if redis.call('SCARD', '${PREFIX}rooms') >= tonumber(rooms) then return 'too-many-rooms' end
  redis.call('SADD', '${PREFIX}rooms', room)
end
redis.call('HSET', '${PREFIX}people:' .. room, person .. ' ' .. node, name)
if names[person] ~= name then tell('came', room, person, name) end
if not names[person] then order[#order + 1] = person end
names[person] = name
local list = {}
for _, id in ipairs(order) do
  list[#list + 1] = id
  list[#list + 1] = names[id]
end
return list
`;

/** Arguments: room, person, name, node, then the rooms that stay when they are empty. */
export const LEAVE: string = `${TELL}
local room, person, name, node = unpack(ARGV)
local gone = redis.call('HDEL', '${PREFIX}people:' .. room, person .. ' ' .. node)
local names, order = people(room)
if gone == 1 and not names[person] then tell('went', room, person, name) end
for i = 5, #ARGV do if ARGV[i] == room then return end end
if #order == 0 and redis.call('EXISTS', '${PREFIX}said:' .. room) == 0 then
  redis.call('SREM', '${PREFIX}rooms', room)
end
`;

/** Arguments: node, milliseconds to live, a name for the history, then the first rooms. Returns the history's name. */
export const BEAT: string = `
redis.call('SET', '${PREFIX}node:' .. ARGV[1], 1, 'PX', ARGV[2])
redis.call('SADD', '${PREFIX}nodes', ARGV[1])
redis.call('SET', '${PREFIX}log', ARGV[3], 'NX')
for i = 4, #ARGV do redis.call('SADD', '${PREFIX}rooms', ARGV[i]) end
return redis.call('GET', '${PREFIX}log')
`;

/** Takes people out for whom no node speaks any more. */
export const SWEEP: string = `${TELL}
for _, dead in ipairs(redis.call('SMEMBERS', '${PREFIX}nodes')) do
  if redis.call('EXISTS', '${PREFIX}node:' .. dead) == 0 then
    for _, room in ipairs(redis.call('SMEMBERS', '${PREFIX}rooms')) do
      local key = '${PREFIX}people:' .. room
      local flat = redis.call('HGETALL', key)
      local lost = {}
      for i = 1, #flat, 2 do
        local person, node = split(flat[i])
        if node == dead then
          redis.call('HDEL', key, flat[i])
          lost[person] = flat[i + 1]
        end
      end
      local names = people(room)
      for person, name in pairs(lost) do
        if not names[person] then tell('went', room, person, name) end
      end
    end
    redis.call('SREM', '${PREFIX}nodes', dead)
  end
end
`;

/** Returns each room and the number of people in it. */
export const ROOMS: string = `${TELL}
local list = {}
for _, room in ipairs(redis.call('SMEMBERS', '${PREFIX}rooms')) do
  local _, order = people(room)
  list[#list + 1] = room
  list[#list + 1] = #order
end
return list
`;

/** Arguments: person, look, milliseconds to keep it. Returns 1, or 0 where the name is another's. */
export const CLAIM: string = `
local person, look, kept = unpack(ARGV)
local holder = redis.call('GET', '${PREFIX}name:' .. look)
if holder and holder ~= person then return 0 end
local owned = '${PREFIX}owner:' .. person
local before = redis.call('GET', owned)
if before and before ~= look then redis.call('DEL', '${PREFIX}name:' .. before) end
redis.call('SET', '${PREFIX}name:' .. look, person, 'PX', kept)
redis.call('SET', owned, look, 'PX', kept)
return 1
`;
