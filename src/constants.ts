/**
 * Every limit of anillo, with its unit and its reason. What must hold between them is asserted below, when the
 * module loads. A value that only one file uses and nobody would tune stays in that file.
 */
import { assert } from './errors.ts'

const KiB = 1024
const MiB = 1024 * KiB

// --- the ring: chosen when it is made, the same for every peer ---

/** Copies of each slot, where there are so many peers: with three, any one may fail. */
export const REPLICAS_DEFAULT = 3
/** At least ten times the peers one expects, so that a peer's share can follow the ring; a power of two. */
export const SLOTS_DEFAULT = 256
/** Ring nodes of one peer: 32 keep a peer's share within about ±18 % of the mean. */
export const VIRTUAL_NODES_DEFAULT = 32
/** The describe message lists every ring node of a peer and must stay in one frame. */
export const VIRTUAL_NODES_MAX = 512

// --- users ---

/** Bytes of UTF-8: a user id is part of an LMDB key, whose bound is 1978 bytes. */
export const USER_ID_BYTES_MAX = 256
/** Bytes of the profile's JSON. A user travels in one frame and is flushed in one write. */
export const PROFILE_BYTES_MAX = 64 * KiB
/** Users of one page of a list, */
export const PAGE_USERS_MAX = 1_000
/** and about so many bytes of them: a page travels in one frame, and is read while nothing else of the slot happens. */
export const PAGE_BYTES_MAX = 256 * KiB
/** Ids that one request may name, for what is done to several users at once; they fit a request's body. */
export const BATCH_IDS_MAX = 1_000
/**
 * JSON of the users in one answer of a gateway, a page or users asked for by id: what does not fit is asked for again. An
 * answer is made in memory, and stays there while its reader is slow.
 */
export const ANSWER_BYTES_MAX = 1 * MiB
/** A presence lease. A shorter one would end between two heartbeats of a busy network, */
export const LEASE_MIN_MS = 1_000
/** and for whom a day is too short, a status for good is better. */
export const LEASE_MAX_MS = 24 * 3_600_000
/** Characters of an Idempotency-Key: a UUID has 36, a ULID 26. */
export const IDEMPOTENCY_KEY_LENGTH_MAX = 128
/** How long a write may be repeated with its idempotency key and is still done only once. Measured in log time. */
export const IDEMPOTENCY_WINDOW_MS = 10 * 60_000
/** Outcomes that a user's record remembers; more writes than this in the window forget the oldest. 49 bytes each. */
export const IDEMPOTENCY_OUTCOMES_MAX = 256
/** A write that was first sent longer ago is refused: soon nobody could tell whether it has been executed. */
export const OPERATION_AGE_MAX_MS = 5 * 60_000

// --- network ---

/** One message. A user with the largest profile, escaped in the worst way, fits twice. */
export const FRAME_BYTES_MAX = 1 * MiB
/** Messages of one stream that wait for their answer; above it a call is refused at once with BusyError. */
export const PENDING_CALLS_MAX = 4096
/** Requests of one stream that are worked on at once; above it the stream is not read until some are answered. */
export const INFLIGHT_HANDLERS_MAX = 1024
/** Bytes of messages that wait for a stream; what comes on top is dropped, and said again if it matters. A third of a second at 100 Mbit/s. */
export const MESSAGES_WAITING_BYTES_MAX = 4 * MiB
/** Bytes written to a stream and not taken by the socket; a peer that slow is cut off rather than waited for. */
export const STREAM_WRITE_BUFFER_BYTES_MAX = 8 * MiB
/**
 * What may still arrive of a stream after it was paused is the window that its muxer has granted: 1 MiB with our host, up
 * to 16 MiB with an embedder's. libp2p resets a stream with more unread, at 4 MiB unless it is told otherwise.
 */
export const PAUSED_STREAM_BYTES_MAX = 16 * MiB
/** Both sides say hello before anything else; one that does not is cut off. */
export const HELLO_TIMEOUT_MS = 5_000
/** Each start of a store is known by a number and so many random bytes, said in every hello; */
export const BOOT_NONCE_BYTES = 8
/** and as many starts are said, so that an old copy that was started a few times alone is found out as well. */
export const BOOT_NONCES_MAX = 16
/** Dial, upgrade, open and hello of a first contact. */
export const CONNECT_TIMEOUT_MS = 5_000
/** A stream of a protocol is opened once and kept; the rest is room for streams that are just closing. */
export const INBOUND_STREAMS_MAX = 8
/** Slot transfers that one connection may have open at once. */
export const INBOUND_TRANSFERS_MAX = 16
/** All connections of a peer, in and out: two for each of several hundred peers (both may dial at once). */
export const CONNECTIONS_MAX = 1_000
/** Inbound connections a second from one address. A whole ring may sit behind one address and start at once. */
export const INBOUND_CONNECTIONS_PER_SECOND = 200
/** Inbound connections that have not finished their handshake. */
export const PENDING_INBOUND_CONNECTIONS_MAX = 256
/** Addresses kept of one peer, and bytes of each. */
export const ADDRESSES_MAX = 16
export const ADDRESS_BYTES_MAX = 256

// --- chord ---

/** One question to a peer during a lookup: several round trips on a LAN, one on a bad WAN. */
export const HOP_TIMEOUT_MS = 800
/** After so long without an answer the next best peer is asked too; the slow one may still answer. */
export const HOP_HEDGE_MS = 250
/** A lookup as a whole. */
export const LOOKUP_TIMEOUT_MS = 5_000
/** Questions one lookup may ask: 2·log2 of a ring far larger than one is meant to be. */
export const LOOKUP_HOPS_MAX = 64
/** One maintenance question (stabilise, notify, ping). */
export const MAINTENANCE_TIMEOUT_MS = 1_000
/** Distinct remote peers that a successor list covers: the most peers that may fail at once, and twice a placement. */
export function successorPeers(replicas: number): number {
  return Math.max(2 * replicas + 2, 8)
}
/** Entries of a successor list, which may name a peer several times before it has named enough distinct ones. */
export function successorEntriesMax(replicas: number): number {
  return 4 * successorPeers(replicas)
}
/** Peers remembered, alive or not, so that two halves find each other again; the longest unseen are forgotten first. */
export const PEER_BOOK_MAX = 4096

// --- slots ---

/** A slot follows the ring when the ring has been the same around it for so long: joins come in groups. */
export const PLACEMENT_STABLE_MS = 5_000
/** A member that cannot be reached is replaced after so long: long enough for a restart, which costs nothing. */
export const REPLACE_AFTER_MS = 30_000
/** The best placed member leads after it has lacked nothing for so long. */
export const LEADER_SPREAD_MS = 10_000
/** Planned changes that one peer, as the leader of slots, has under way at once: mostly round trips; snapshots have their own bound. */
export const PLANNED_CHANGES_MAX = 4
/** A peer that stops lets others lead first, and waits at most so long for it. */
export const LEADER_DRAIN_TIMEOUT_MS = 5_000
/** A peer that has moved its last slot answers so long before it stops, so that whoever watches it leave sees the end. */
export const LEAVE_LINGER_MS = 1_000
/** One try at a slot's leader. */
export const USERS_TRY_TIMEOUT_MS = 1_000
/** A user operation as a whole, all tries together. */
export const USERS_TIMEOUT_MS = 10_000
/** A stale read as a whole: whichever replica is there answers in milliseconds. */
export const STALE_TIMEOUT_MS = 3_000
/** Whoever follows a slot asks again after so long without anything to tell. */
export const WATCH_WAIT_MS = 10_000
/** What a caller is told to wait after a 503. */
export const RETRY_AFTER_MS = 1_000

// --- gateway ---

/** A profile, escaped in the worst way, and the rest of a request. */
export const HTTP_BODY_BYTES_MAX = 512 * KiB
/** A request's body must have arrived by then. */
export const HTTP_BODY_TIMEOUT_MS = 10_000
export const HTTP_HEADER_BYTES_MAX = 16 * KiB
/** Of where to go on with a feed, which comes back in a header or in the URL; beside it there is room for the others. */
export const HTTP_CURSOR_CHARACTERS_MAX = 12 * KiB
/** Requests that the gateway works on at once; above it 503. */
export const HTTP_INFLIGHT_MAX = 2_048
/** Exports, imports and feeds that the gateway has under way at once, beside those; above it 503. */
export const HTTP_STREAMS_MAX = 256
/** A request as a whole, from its headers to its answer: the body, the operation, and some slack. */
export const HTTP_ANSWER_TIMEOUT_MS = 25_000
/** Sockets that the gateway's server holds; further ones are closed at once. Each costs an open file and some KiB. */
export const HTTP_CONNECTIONS_MAX = 4_096
/** Levels of arrays and objects in a body: writing JSON out again is recursive, and a stack has an end. */
export const JSON_DEPTH_MAX = 128

// --- the gateway's door ---

/** Characters of a token: 128 random bits are 22 of base64url and 32 of hex. What is shorter could be guessed. */
export const TOKEN_LENGTH_MIN = 22
/** More than any generator of tokens makes; every one that is shown is hashed. */
export const TOKEN_LENGTH_MAX = 512
/** Tokens of a gateway: each request is compared with all of them. */
export const TOKENS_MAX = 100
/** Wrong tokens that one address may show at once: a deployment that still has the old one has some mistakes free, */
export const WRONG_TOKENS_AT_ONCE = 10
/** and so many more with each second, so that guessing is slow. */
export const WRONG_TOKENS_PER_SECOND = 1
/** Clients whose allowance is remembered, some 200 bytes each; beyond that the one longest unseen is forgotten. */
export const HTTP_CLIENTS_MAX = 4_096
/** Seconds of its rate that a client which was quiet may ask for at once. */
export const RATE_BURST_SECONDS = 2
/** A higher limit would be none: no gateway answers so many requests a second. */
export const RATE_LIMIT_MAX = 1_000_000
/** Refusals that are logged in a minute; what comes on top is counted, and told with the next minute's first. */
export const REFUSALS_LOGGED_PER_MINUTE = 60

assert(
  OPERATION_AGE_MAX_MS * 2 <= IDEMPOTENCY_WINDOW_MS,
  'what came of a write is known while it may be repeated'
)
assert(
  FRAME_BYTES_MAX < MESSAGES_WAITING_BYTES_MAX && MESSAGES_WAITING_BYTES_MAX < STREAM_WRITE_BUFFER_BYTES_MAX,
  'the largest message must be able to wait, and what waits must fit the stream'
)
assert(USERS_TRY_TIMEOUT_MS * 2 < USERS_TIMEOUT_MS, 'an operation must have time for more than one try')
assert(PLACEMENT_STABLE_MS < REPLACE_AFTER_MS, 'whoever is to replace a member has been there for a while')
assert(HOP_TIMEOUT_MS * 2 < LOOKUP_TIMEOUT_MS, 'a lookup must survive a peer that does not answer')
assert(HOP_HEDGE_MS < HOP_TIMEOUT_MS, 'a hedge after the timeout would never be sent')
assert(HTTP_BODY_BYTES_MAX < FRAME_BYTES_MAX, 'what a gateway accepts must fit a frame')
assert(
  HTTP_BODY_TIMEOUT_MS + USERS_TIMEOUT_MS < HTTP_ANSWER_TIMEOUT_MS,
  'an operation ends before its request'
)
assert(
  PAGE_BYTES_MAX + 2 * PROFILE_BYTES_MAX < FRAME_BYTES_MAX,
  'a page and the user that made it full travel in one frame'
)
assert(
  BATCH_IDS_MAX * (2 * USER_ID_BYTES_MAX + '"",'.length) < HTTP_BODY_BYTES_MAX,
  'as many ids as may be named fit a body, also where JSON escapes each byte'
)
assert(
  HTTP_CURSOR_CHARACTERS_MAX * 1.25 < HTTP_HEADER_BYTES_MAX,
  'a cursor must fit a request, with its other headers'
)
assert(PROFILE_BYTES_MAX * 6 <= HTTP_BODY_BYTES_MAX, 'JSON may escape a byte as six')
