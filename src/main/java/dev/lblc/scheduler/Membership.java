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
  private final Map<String, EditRecord> edits = new HashMap<>();

  /** Edits that ended here, and that the store may still have for a moment. */
  private final Map<String, EditRecord> ended = new HashMap<>();

  private Map<String, ServerSpec> configured = Map.of();
  private Map<String, ServerSpec> discovered = Map.of();
  private EditStore store = new MemoryEdits(Map.of());
  private boolean closed;

  /** Of a service without servers and edits. */
  Membership(Servers servers) {
    this.servers = servers;
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
   * @return complete once it holds on this node; fails, and nothing was changed, with an {@link IllegalArgumentException} if
   *     it cannot be made; fails with an {@link IllegalStateException} if the store does not answer
   */
  public CompletableFuture<Void> edit(ServerEdit edit) {
    String id = edit.id();
    EditStore keeper;
    ServerSpec ofFile;
    ServerSpec ofDiscovery;
    synchronized (this) {
      if (closed) {
        return CompletableFuture.failedFuture(
            new IllegalArgumentException("the service of server " + id + " was removed"));
      }
      keeper = store;
      ofFile = configured.get(id);
      ofDiscovery = discovered.get(id);
      try {
        edit.applyTo(wanted(id));
      } catch (IllegalArgumentException e) {
        return CompletableFuture.failedFuture(e);
      }
    }
    return keeper.edit(edit, ofFile, ofDiscovery).thenAccept(record -> edited(id, record));
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
    store = new MemoryEdits(edits);
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
      if (wanted == null || wanted.weight() == 0) {
        last.add(id);
      } else {
        servers.settle(id, wanted);
      }
    }
    last.forEach(this::settle);
  }

  private void settle(String id) {
    servers.settle(id, wanted(id));
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
