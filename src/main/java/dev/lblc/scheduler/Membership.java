package dev.lblc.scheduler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The servers that one service shall have: those of the configuration, then discovered ones, then edits. It is the only
 * one that adds servers to {@link Servers}, changes and removes them.
 *
 * <pre>
 * given(id)  = the configuration's server, else the discovered one
 * wanted(id) = given(id), or what the edits of that server made of it
 *
 * the configuration changes a server that was edited:
 *   it says again what it said at the edit:   the edit holds
 *   it says what the edit made of the server: the edit holds, and is of this configuration from now on
 *   it says something else:                   the edit ends
 * nothing else ends an edit: not a configuration that leaves the server as it was, not discovery, not a restart of a node
 * </pre>
 *
 * <p>Nodes that share an {@link EditStore}, have the same configuration and discover the same, want the same servers. A node
 * on its own keeps edits in memory.
 *
 * <p>Guarded by itself. It holds its monitor while a server is settled, never while it calls the store.
 */
public final class Membership {
  private final Servers servers;
  private final Clock clock;
  private final Map<String, EditRecord> edits = new HashMap<>();

  /** Edits that ended here, and that the store may still have for a moment. */
  private final Map<String, EditRecord> ended = new HashMap<>();

  private Map<String, ServerSpec> configured = Map.of();
  private Map<String, ServerSpec> discovered = Map.of();
  private EditStore store;
  private boolean closed;

  /** Says where a server, as it is now, comes from. */
  public enum Source {
    /** The configuration: no edit made it another one. */
    FILE,
    /** An edit added it, or gave it other values than configuration and discovery do. */
    EDIT,
    /** Discovery, and nobody else has a say. */
    DISCOVERY
  }

  /**
   * How long a server has been drained.
   *
   * @param forMillis since when
   * @param remainingMillis until its deadline, negative after it; null: it has none
   */
  public record Draining(long forMillis, @Nullable Long remainingMillis) {}

  /**
   * What is known of a server beside its values.
   *
   * @param version another one after each change of what the server shall be, the same on all nodes that share its edits
   * @param draining null: it is not drained
   */
  public record Standing(
      Source source, String version, @Nullable Draining draining) {}

  /** Of a service without servers and edits; the clock is for edits that no other node knows. */
  Membership(Servers servers, Clock clock) {
    this.servers = servers;
    this.clock = clock;
    store = new MemoryEdits(Map.of(), clock);
  }

  /** Applies what the configuration says now, and ends edits of servers that it changed. */
  public void configure(List<ServerSpec> specs) {
    List<Runnable> verdicts = new ArrayList<>();
    synchronized (this) {
      Map<String, ServerSpec> before = configured;
      configured = byId(specs);
      for (String id : Set.copyOf(edits.keySet())) {
        if (!Objects.equals(before.get(id), configured.get(id))) {
          judge(id, verdicts);
        }
      }
      settleAll(before.keySet(), configured.keySet());
    }
    verdicts.forEach(Runnable::run);
  }

  /** Applies what discovery found now, in the place of what it found before. */
  public synchronized void discovered(List<ServerSpec> specs) {
    Map<String, ServerSpec> before = discovered;
    discovered = byId(specs);
    settleAll(before.keySet(), discovered.keySet());
  }

  /**
   * Makes an edit.
   *
   * @param version of the server's {@link Standing}, for an edit of that and of no later one; null: of whichever it is
   * @return complete once it holds on this node; fails, and nothing was changed, with an {@link EditConflictException} if the
   *     server is another version by now, and with another {@link IllegalArgumentException} if the edit cannot be made; fails
   *     with an {@link IllegalStateException} if the store does not answer
   */
  public CompletableFuture<Void> edit(ServerEdit edit, @Nullable String version) {
    String id = edit.id();
    EditStore keeper;
    EditBasis basis;
    synchronized (this) {
      try {
        requireVersion(id, version);
        EditRecord known = edits.get(id);
        edit.applyTo(wanted(id));
        if (edit instanceof ServerEdit.EndDrain && !isDrained(id)) {
          throw new IllegalArgumentException("server " + id + " is not drained");
        }
        basis = new EditBasis(
            configured.get(id),
            discovered.get(id),
            version == null ? null : EditRecord.stamp(known));
      } catch (IllegalArgumentException e) {
        return CompletableFuture.failedFuture(e);
      }
      keeper = store;
    }
    return keeper.edit(edit, basis).thenAccept(record -> edited(id, record));
  }

  /**
   * Takes back all edits of a server, a drain included: it is as configuration and discovery say.
   *
   * @param version as of {@link #edit}
   * @return as of {@link #edit}; an {@link IllegalArgumentException} if the server is not edited
   */
  public CompletableFuture<Void> undo(String id, @Nullable String version) {
    EditStore keeper;
    EditRecord record;
    synchronized (this) {
      try {
        requireVersion(id, version);
        record = edits.get(id);
        if (record == null || !record.hasEffect()) {
          throw new IllegalArgumentException("server " + id + " is not edited");
        }
      } catch (IllegalArgumentException e) {
        return CompletableFuture.failedFuture(e);
      }
      keeper = store;
    }
    EditRecord undone = record;
    return keeper.undo(id, record).thenAccept(done -> undone(id, undone));
  }

  /** Returns what is known of a server beside its values; null: there shall be no such server. */
  public synchronized @Nullable Standing standing(String id) {
    ServerSpec wanted = wanted(id);
    if (wanted == null) {
      return null;
    }
    return new Standing(source(id, wanted), version(id, wanted), draining(id));
  }

  /** Returns the server that shall be there, with the weight that it has but for a drain; null: there shall be none. */
  public synchronized @Nullable ServerSpec wantedNow(String id) {
    return wanted(id);
  }

  /** Returns the servers that are drained, by their ids. */
  public synchronized Map<String, Draining> draining() {
    Map<String, Draining> draining = new LinkedHashMap<>();
    edits.keySet().forEach(id -> {
      Draining one = wanted(id) == null ? null : draining(id);
      if (one != null) {
        draining.put(id, one);
      }
    });
    return draining;
  }

  /**
   * Keeps edits in a store that other nodes use, too, from now on. What it holds was edited under the configuration of some
   * node: where that is not this node's, the edit is judged as by {@link #configure}.
   */
  public void share(EditStore shared, Map<String, EditRecord> found) {
    List<Runnable> verdicts = new ArrayList<>();
    synchronized (this) {
      store = shared;
      Set<String> before = Set.copyOf(edits.keySet());
      edits.clear();
      edits.putAll(found);
      found.keySet().forEach(id -> judge(id, verdicts));
      settleAll(before, found.keySet());
    }
    verdicts.forEach(Runnable::run);
  }

  /** Keeps edits in memory again, those made so far included. */
  public synchronized void leaveStore() {
    long ahead = store.nowMillis() - clock.millis(); // times of the edits stay what they are
    store = new MemoryEdits(edits, () -> clock.millis() + ahead);
  }

  /** Has no servers from now on, whatever is said later: the service is gone. */
  public synchronized void close() {
    closed = true;
    settleAll(servers.list().stream().map(Server::id).collect(Collectors.toSet()), Set.of());
  }

  /** Applies a record of the store, unless a later one is known. */
  public synchronized void edited(String id, EditRecord record) {
    edited(id, record, record.version());
  }

  /** Forgets the edits of a server, which the store has ended, unless a version later than that is known. */
  public synchronized void ended(String id, int version) {
    EditRecord known = edits.get(id);
    ended.remove(id);
    if (known != null && known.version() <= version) {
      edits.remove(id);
      settle(id);
    }
  }

  /** Returns the record of the edits of a server that is known here; null: none. */
  public synchronized @Nullable EditRecord record(String id) {
    return edits.get(id);
  }

  /** Returns the version of each record that is known here. */
  public synchronized Map<String, Integer> versions() {
    Map<String, Integer> versions = new HashMap<>();
    edits.forEach((id, record) -> versions.put(id, record.version()));
    return versions;
  }

  /**
   * Applies all that the store holds, but for what was edited since it was asked.
   *
   * @param before {@link #versions} before it was asked
   */
  public void pulled(Map<String, Integer> before, Map<String, EditRecord> records) {
    List<Runnable> verdicts = new ArrayList<>();
    synchronized (this) {
      EditStore keeper = store;
      before.forEach((id, version) -> {
        if (!records.containsKey(id)) {
          ended(id, version);
        }
      });
      ended.keySet().retainAll(records.keySet());
      records.forEach((id, record) -> {
        if (hasEnded(id, record)) {
          verdicts.add(() -> keeper.end(id, record)); // the store did not hear of it
        } else {
          edited(id, record, before.getOrDefault(id, 0));
        }
      });
    }
    verdicts.forEach(Runnable::run);
  }

  private void edited(String id, EditRecord record, int highestKnown) {
    EditRecord known = edits.get(id);
    if (hasEnded(id, record) || (known != null && known.version() > highestKnown)) {
      return;
    }
    ended.remove(id);
    edits.put(id, record);
    settle(id);
  }

  /** Whether a record is of the edit that ended here last, or of one before it. */
  private boolean hasEnded(String id, EditRecord record) {
    EditRecord last = ended.get(id);
    return last != null
        && record.version() <= last.version()
        && record.editedMillis() <= last.editedMillis();
  }

  /** Says whether an edit still holds, now that the configuration says something of its server. */
  private void judge(String id, List<Runnable> verdicts) {
    EditRecord record = Objects.requireNonNull(edits.get(id));
    ServerSpec says = configured.get(id);
    EditStore keeper = store;
    if (Objects.equals(says, record.configured())) {
      return;
    }
    if (Objects.equals(says, record.server())) {
      EditRecord takenOver = record.takenOver();
      edits.put(id, takenOver);
      verdicts.add(() -> keeper.takeOver(id, record, takenOver));
    } else {
      edits.remove(id);
      ended.put(id, record);
      verdicts.add(() -> keeper.end(id, record));
    }
    settle(id);
  }

  /** Settles what may be chosen before what may not: requests that come meanwhile find a server. */
  private void settleAll(Set<String> some, Set<String> more) {
    Set<String> all = new LinkedHashSet<>(more);
    all.addAll(some);
    List<String> last = new ArrayList<>();
    for (String id : all) {
      ServerSpec wanted = wanted(id);
      if (wanted == null || wanted.weight() == 0 || isDrained(id)) {
        last.add(id);
      } else {
        settle(id);
      }
    }
    last.forEach(this::settle);
  }

  private void settle(String id) {
    servers.settle(id, wanted(id), isDrained(id));
  }

  private synchronized void undone(String id, EditRecord record) {
    if (record.isSameEdit(edits.get(id))) {
      edits.remove(id);
      ended.put(id, record);
      settle(id);
    }
  }

  private void requireVersion(String id, @Nullable String version) {
    if (closed) {
      throw new IllegalArgumentException("the service of server " + id + " was removed");
    }
    ServerSpec wanted = wanted(id);
    if (version != null && (wanted == null || !version.equals(version(id, wanted)))) {
      throw EditRecord.changedMeanwhile(id);
    }
  }

  private boolean isDrained(String id) {
    EditRecord record = edits.get(id);
    return record != null && record.drain() != null;
  }

  private @Nullable Draining draining(String id) {
    EditRecord record = edits.get(id);
    Drain drain = record == null ? null : record.drain();
    if (drain == null) {
      return null;
    }
    long now = store.nowMillis();
    Long deadline = drain.deadlineMillis();
    return new Draining(
        Math.max(0, now - drain.sinceMillis()), deadline == null ? null : deadline - now);
  }

  private Source source(String id, ServerSpec wanted) {
    if (wanted.equals(configured.get(id))) {
      return Source.FILE;
    }
    return !configured.containsKey(id) && wanted.equals(discovered.get(id))
        ? Source.DISCOVERY
        : Source.EDIT;
  }

  private String version(String id, ServerSpec wanted) {
    EditStamp stamp = EditRecord.stamp(edits.get(id));
    return Integer.toHexString(wanted.toString().hashCode()) + "-" + stamp.version() + "-"
        + Long.toHexString(stamp.editedMillis());
  }

  private @Nullable ServerSpec wanted(String id) {
    return closed ? null : EditRecord.wanted(edits.get(id), configured.get(id), discovered.get(id));
  }

  private static Map<String, ServerSpec> byId(List<ServerSpec> specs) {
    Map<String, ServerSpec> byId = new LinkedHashMap<>();
    specs.forEach(spec -> byId.put(spec.id(), spec));
    return byId;
  }
}
