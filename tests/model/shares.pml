/* Shares of one limit among two nodes, for spin. tests/model/run says how it is run.

   A node may hold `share` units. A spent unit is `used` until its window has passed. Messages may be
   lost, repeated and late. The store may fail over to a copy that lacks its last writes. A node may
   die, or be paused for any time; leases and heartbeats decide when a peer buries it.

   Time is reduced to what the protocol knows of it. A lease holds (`lease`) from a beat that the
   store has acknowledged until it ends; a peer may bury a node only after the node's lease, as
   counted from its last beat, has ended. Whoever inherits the units of a buried node keeps them
   until all that the node had spent by then is cool.

   Claim: the units in use, over all nodes, never exceed N.
   Mutants, each of which must fail: NOSEQ, NOREC, NOBEAT, EARLYBURY, NOHEIR, KEEPNAME. */
#ifndef N
#define N 2
#endif
#ifndef MAXSEQ
#define MAXSEQ 3
#endif
#define K 2

chan to_store[K] = [1] of { byte, byte, byte, byte };  /* generation, seq, have, want */
chan to_node[K] = [1] of { byte, byte, byte };         /* generation, seq, share */

/* The store, and the copy that it may fail over to. */
byte generation;
short free[2];
byte record0[2]; byte record1[2];
byte seen0[2]; byte seen1[2];
bool declared0; bool declared1;
bool buried0[2]; bool buried1[2];

/* The nodes. */
byte share[K]; byte used[K]; byte seq[K]; byte at[K];
bool dead[K]; bool lease[K];
bool beaten[K];  /* its beats are recent, as the store has seen them */
byte cooling;    /* spent by a buried node, and not cool yet: kept by its heir */
byte kept;       /* units that the heir keeps for them */

#define RECORD(i) (i == 0 -> record0[generation] : record1[generation])
#define BURIED(i) (i == 0 -> buried0[generation] : buried1[generation])
#define KEPT(i) (i == 1 -> kept : 0)
#ifdef NOREC
#define GRANTS true
#else
#define GRANTS (generation == 0 || ((declared0 || buried0[1]) && (declared1 || buried1[1])))
#endif
#ifdef NOSEQ
#define IS_NEWEST(me, g, q) true
#else
#define IS_NEWEST(me, g, q) (q == seq[me] && g == at[me])
#endif

inline set_record(i, value) {
  if :: i == 0 -> record0[generation] = value :: else -> record1[generation] = value fi
}

/* One atomic step of the store. */
inline trade(i, g, q, have, want) {
  if
  :: g == generation && !BURIED(i) && q > (i == 0 -> seen0[generation] : seen1[generation]) ->
     free[generation] = free[generation] + RECORD(i) - have;
     if :: i == 0 -> declared0 = true; seen0[generation] = q
        :: else -> declared1 = true; seen1[generation] = q fi;
     grant = 0;
     if
     :: GRANTS && want > have && free[generation] > 0 ->
        grant = (want - have < free[generation] -> want - have : free[generation])
     :: else
     fi;
     set_record(i, have + grant);
     free[generation] = free[generation] - grant;
     if :: nfull(to_node[i]) -> to_node[i]!g, q, have + grant :: full(to_node[i]) fi
  :: else
  fi
}

active proctype Store() {
  byte i, g, q, have, want; short grant;
  do
  :: atomic {
       if :: i = 0 :: i = 1 fi;
       if
       :: to_store[i]?[g, q, have, want] -> to_store[i]?g, q, have, want; trade(i, g, q, have, want)
       :: to_store[i]?[g, q, have, want] -> to_store[i]?g, q, have, want /* lost */
       :: to_store[i]?[g, q, have, want] -> to_store[i]?<g, q, have, want>;
          trade(i, g, q, have, want)                                     /* repeated */
       :: skip
       fi;
       i = 0; g = 0; q = 0; have = 0; want = 0; grant = 0 }
#ifndef NOFAIL
  :: atomic { generation == 0 -> /* replication, at any time */
       free[1] = free[0]; record0[1] = record0[0]; record1[1] = record1[0];
       seen0[1] = seen0[0]; seen1[1] = seen1[0];
       buried0[1] = buried0[0]; buried1[1] = buried1[0] }
  :: atomic { generation == 0 -> generation = 1; declared0 = false; declared1 = false }
#endif
  /* A peer buries node 0: its units go to the heir, which keeps them until they are cool. A node
     that had not declared may have held more than the store knows, so that nothing is granted
     before all is cool: burying waits for it. */
#ifdef EARLYBURY
  :: atomic { !BURIED(0) && !beaten[0] ->
#else
  :: atomic { !BURIED(0) && !beaten[0] && !lease[0] && (generation == 0 || declared0 || used[0] + cooling == 0) ->
#endif
       if :: generation == 0 -> buried0[0] = true :: else -> buried0[1] = true fi;
       cooling = cooling + used[0]; used[0] = 0;
#ifdef NOHEIR
       free[generation] = free[generation] + record0[generation]; record0[generation] = 0
#else
       skip
#endif
     }
  /* The heir takes them with a trade of its own, in one step with the store. */
  :: atomic { BURIED(0) && record0[generation] > 0 && at[1] == generation && seq[1] < MAXSEQ ->
       seq[1]++;
       if :: generation == 0 -> seen1[0] = seq[1] :: else -> seen1[1] = seq[1] fi;
       free[generation] = free[generation] + record1[generation] - share[1];
       record1[generation] = share[1] + record0[generation];
       share[1] = share[1] + record0[generation]; kept = kept + record0[generation];
       declared1 = true; record0[generation] = 0 }
  :: atomic { cooling > 0 -> cooling = cooling - 1 }  /* the window of one unit has passed */
  :: atomic { kept > 0 && cooling == 0 -> share[1] = share[1] - kept; kept = 0 }
  od
}

proctype Node(byte me) {
  byte g, q, v, want;
  do
  :: atomic { !dead[me] && lease[me] && used[me] + KEPT(me) < share[me] ->
       used[me]++;
       assert(used[0] + used[1] + cooling <= N) }
  :: atomic { used[me] > 0 -> used[me]-- }
  /* Lower first, then say so. */
  :: atomic { !dead[me] && seq[me] < MAXSEQ && nfull(to_store[me]) ->
       if :: share[me] > used[me] + KEPT(me) -> share[me] = used[me] + KEPT(me) :: skip fi;
       if :: want = share[me] :: want = share[me] + 1 :: want = N fi;
       seq[me]++; to_store[me]!at[me], seq[me], share[me], want; want = 0 }
  :: atomic { to_node[me]?[g, q, v] -> to_node[me]?g, q, v;
       if :: !dead[me] && IS_NEWEST(me, g, q) -> share[me] = v :: else fi;
       g = 0; q = 0; v = 0 }
  :: atomic { to_node[me]?[g, q, v] -> to_node[me]?g, q, v; g = 0; q = 0; v = 0 } /* lost */
  /* A node whose lease has ended begins anew: the store that was lost may have buried it. */
  :: atomic { generation == 1 && at[me] == 0 && !dead[me] -> at[me] = 1;
#ifndef KEEPNAME
       if :: !lease[me] -> dead[me] = true; share[me] = 0 :: else fi
#endif
     }
  /* A beat: acknowledged, or it tells the node that it was buried, and then it holds nothing. */
#ifdef NOBEAT
  :: atomic { !dead[me] && !lease[me] -> lease[me] = true }
#else
  :: atomic { !dead[me] && !lease[me] && at[me] == generation ->
       if
       :: BURIED(me) -> dead[me] = true; share[me] = 0
       :: else -> lease[me] = true; beaten[me] = true
       fi }
#endif
  /* Silence: the lease ends at the node, and the store has seen no beat for as long. */
  :: atomic { me == 0 && lease[me] -> lease[me] = false }
  :: atomic { me == 0 && beaten[me] -> beaten[me] = false }
  :: atomic { me == 0 && !dead[me] -> dead[me] = true; lease[me] = false }
  od
}

init {
  atomic {
    free[0] = N; free[1] = N;
    lease[0] = true; lease[1] = true; beaten[0] = true; beaten[1] = true;
    run Node(0); run Node(1)
  }
}
