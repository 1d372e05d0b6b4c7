package dev.lblc.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.ExecutionCallback;
import com.hazelcast.core.HazelcastInstance;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * The members that are no nodes and own a part of the maps. One that has not our classes cannot change a record that it owns: it is
 * shown as degraded until it leaves, and said once.
 *
 * <p>Runs on the cluster's thread; answers come on Hazelcast's.
 */
final class DataMembers {
  private static final System.Logger LOG = System.getLogger(DataMembers.class.getName());

  private static final long LOOK_MILLIS = 1_000;

  private final HazelcastInstance hazelcast;
  private final String executor;
  private final Supplier<List<Member>> members;
  private final Degradation degradation;
  private final Executor thread;
  private long nextLookMillis;
  private final Map<UUID, String> asked = new HashMap<>(); // guarded by this: addresses

  /**
   * Of that instance.
   *
   * @param name of what is shared
   * @param members those that are no nodes and own a part of the maps
   * @param thread the cluster's
   */
  DataMembers(
      HazelcastInstance hazelcast,
      String name,
      Supplier<List<Member>> members,
      Degradation degradation,
      Executor thread,
      long nowMillis) {
    this.hazelcast = hazelcast;
    this.executor = name + ".probe";
    this.members = members;
    this.degradation = degradation;
    this.thread = thread;
    this.nextLookMillis = nowMillis;
  }

  /** Looks, if it is time. Called at every tick, in one context. */
  void tick(long nowMillis) {
    if (nowMillis - nextLookMillis >= 0) {
      nextLookMillis = nowMillis + LOOK_MILLIS;
      thread.execute(this::look);
    }
  }

  /** Asks those that are new whether they have our classes, and forgets those that have left. */
  private void look() {
    List<Member> there = members.get();
    forgetAllBut(there.stream().map(Member::getUuid).toList());
    for (Member member : there) {
      String address = Members.address(member);
      if (isNew(member, address)) {
        ask(member, address);
      }
    }
  }

  private void ask(Member member, String address) {
    ExecutionCallback<Boolean> answer = new ExecutionCallback<>() {
      @Override
      public void onResponse(Boolean hasThem) {
        LOG.log(Level.DEBUG, "the data member {0} has our classes", address);
      }

      @Override
      public void onFailure(Throwable failure) {
        failed(member, address, failure);
      }
    };
    try {
      hazelcast.getExecutorService(executor).submitToMember(new ClassProbe(), member, answer);
    } catch (RuntimeException e) { // it leaves, or this member does
      failed(member, address, e);
    }
  }

  private synchronized boolean isNew(Member member, String address) {
    return asked.putIfAbsent(member.getUuid(), address) == null;
  }

  private synchronized void forgetAllBut(List<UUID> there) {
    asked.entrySet().removeIf(known -> {
      boolean hasLeft = !there.contains(known.getKey());
      if (hasLeft) {
        degradation.gone(part(known.getValue()));
      }
      return hasLeft;
    });
  }

  private synchronized void failed(Member member, String address, Throwable failure) {
    if (!TablePublisher.isRefusal(failure)) {
      LOG.log(Level.DEBUG, "the data member " + address + " is asked again", failure);
      asked.remove(member.getUuid());
    } else if (asked.containsKey(member.getUuid())) {
      degradation.failed(
          part(address),
          "it owns a share of the records and has not the classes of vertx-lblc, so that no node can change these: homes that"
              + " fall to it go from node to node beside the map and are lost with the nodes, and edits of servers that fall"
              + " to it fail. Start it as a lite member, put the jar of vertx-lblc on its class path, or keep it out");
    }
  }

  private static String part(String address) {
    return "data member " + address;
  }
}
