package dev.lblc.cluster;

import com.hazelcast.map.IMap;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.ServerEdit;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.scheduler.Servers;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one service's servers the same on all nodes: what the configuration says, and over it what was edited since.
 *
 * <pre>
 * edit:   EditServer runs where the record is; its answer is settled here, its event on every other node
 * join:   a record whose server this node's configuration still says the same of as when it was edited: the edit holds;
 *         the configuration took the edit over: it holds, and is of that configuration from now on;
 *         the configuration says something else: the file was changed since, and the record goes
 * </pre>
 *
 * <p>Guarded by itself, which is held while a server is settled, never while Hazelcast is called.
 */
final class SharedServers {
  private static final long EDIT_SECONDS = 5;

  private final String service;
  private final IMap<String, ServerRecord> map;
  private final Servers servers;
  private final ClusterTime time;
  private final Executor executor;
  private final Map<String, ServerSpec> configured = new LinkedHashMap<>();
  private final Map<String, Integer> versions = new HashMap<>();
  private @Nullable UUID listenerId;

  SharedServers(
      String service,
      IMap<String, ServerRecord> map,
      Servers servers,
      ClusterTime time,
      Executor executor) {
    this.service = service;
    this.map = map;
    this.servers = servers;
    this.time = time;
    this.executor = executor;
    for (Server server : servers.list()) {
      configured.put(server.id(), Objects.requireNonNull(servers.spec(server.id())));
    }
  }

  /** On the executor: listens, then looks at what is there, so that nothing falls between the two. */
  void join() {
    listenerId = map.addEntryListener(new Listener(), true);
    map.entrySet().forEach(entry -> reconcile(entry.getKey(), entry.getValue()));
    pull();
  }

  /** On the executor: takes over what the map holds, but for what was edited since it was asked. */
  void pull() {
    Map<String, Integer> before = versions();
    Map<String, ServerRecord> records = new HashMap<>();
    map.entrySet().forEach(entry -> records.put(entry.getKey(), entry.getValue()));
    before.forEach((id, version) -> {
      if (!records.containsKey(id)) {
        forget(id, version);
      }
    });
    records.forEach((id, record) -> settle(id, record, before.getOrDefault(id, 0)));
  }

  void leave() {
    if (listenerId != null) {
      map.removeEntryListener(listenerId);
    }
  }

  /**
   * Makes an edit the cluster's.
   *
   * @return complete once it holds here and the others are being told; fails with an {@link IllegalArgumentException} if
   *     it cannot be made, with an {@link IllegalStateException} if the cluster does not answer
   */
  CompletableFuture<Void> edit(ServerEdit edit) {
    try {
      edit.applyTo(servers.spec(edit.id()));
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(e);
    }
    CompletableFuture<@Nullable ServerRecord> answer = new CompletableFuture<>();
    executor.execute(() -> submit(edit, answer));
    return answer
        .orTimeout(EDIT_SECONDS, TimeUnit.SECONDS)
        .handle((record, failure) -> taken(edit, record, failure));
  }

  /** Unless it took too long to come to it. */
  private void submit(ServerEdit edit, CompletableFuture<@Nullable ServerRecord> answer) {
    if (answer.isDone()) {
      return;
    }
    ServerSpec file = configured.get(edit.id());
    long now = time.toShared(time.nowMillis());
    try {
      map.submitToKey(edit.id(), new EditServer(edit, file, now))
          .whenCompleteAsync(
              (record, failure) -> {
                if (failure == null) {
                  answer.complete(record);
                } else {
                  answer.completeExceptionally(failure);
                }
              },
              executor);
    } catch (RuntimeException e) { // this member is stopping
      answer.completeExceptionally(e);
    }
  }

  private Void taken(ServerEdit edit, @Nullable ServerRecord record, @Nullable Throwable failure) {
    if (failure != null) {
      throw new CompletionException(new IllegalStateException(
          "server " + edit.id() + " of service " + service
              + ": the cluster did not confirm the edit within " + EDIT_SECONDS
              + " s; it may still take effect",
          failure));
    }
    if (record == null) {
      throw new CompletionException(new IllegalArgumentException(
          "server " + edit.id() + " was changed by another node at the same time"));
    }
    settle(edit.id(), record);
    return null;
  }

  private void reconcile(String id, ServerRecord record) {
    ServerSpec file = configured.get(id);
    if (Objects.equals(file, record.configured())) {
      return;
    }
    if (Objects.equals(file, record.server())) {
      map.replace(
          id,
          record,
          new ServerRecord(record.version(), record.editedMillis(), file, record.server()));
    } else {
      map.remove(id, record);
    }
  }

  private void settle(String id, ServerRecord record) {
    settle(id, record, record.version() - 1);
  }

  /** Unless a version higher than that is known. */
  private synchronized void settle(String id, ServerRecord record, int highestKnown) {
    if (versions.getOrDefault(id, 0) <= highestKnown) {
      versions.put(id, record.version());
      servers.settle(id, record.server());
    }
  }

  /** Unless a version higher than that is known. */
  private synchronized void forget(String id, int version) {
    if (versions.getOrDefault(id, Integer.MAX_VALUE) <= version) {
      versions.remove(id);
      servers.settle(id, configured.get(id));
    }
  }

  private synchronized Map<String, Integer> versions() {
    return new HashMap<>(versions);
  }

  /** What other nodes edited. */
  private final class Listener extends RecordListener<ServerRecord> {
    @Override
    void changed(String id, ServerRecord record) {
      settle(id, record);
    }

    @Override
    void removed(String id, @Nullable ServerRecord gone) {
      forget(id, gone == null ? Integer.MAX_VALUE : gone.version());
    }
  }
}
