package dev.lblc.cluster;

import com.hazelcast.map.IMap;
import com.hazelcast.query.Predicates;
import dev.lblc.scheduler.EditBasis;
import dev.lblc.scheduler.EditConflictException;
import dev.lblc.scheduler.EditRecord;
import dev.lblc.scheduler.EditStore;
import dev.lblc.scheduler.Membership;
import dev.lblc.scheduler.ServerEdit;
import dev.lblc.scheduler.ServerSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The store of the edits of one service's servers: a map of the cluster, so that edits hold on all nodes.
 *
 * <pre>
 * edit:   EditServer runs where the record is; its answer goes to this node's membership, its event to every other node's
 * join:   the map is listened to, then read; the membership judges what it holds by this node's configuration
 * fault:  the map is read again
 * what is no record: it is dropped; what this node knows of the server holds, and is put back
 * </pre>
 *
 * <p>May be used from any thread; the executor calls Hazelcast.
 */
final class SharedServers implements EditStore, SharedPart {
  private static final long EDIT_SECONDS = 5;

  private final String service;
  private final IMap<String, ServerRecord> map;
  private final Membership membership;
  private final ClusterTime time;
  private final Executor executor;
  private final RecordReader<ServerRecord> reader;
  private @Nullable UUID listenerId; // on the executor

  SharedServers(
      String service,
      IMap<String, ServerRecord> map,
      Membership membership,
      ClusterTime time,
      Executor executor,
      RecordReader<ServerRecord> reader) {
    this.service = service;
    this.map = map;
    this.membership = membership;
    this.time = time;
    this.executor = executor;
    this.reader = reader;
  }

  /** On the executor: listens, then reads what is there, so that nothing falls between the two. */
  void join() {
    listenerId = map.addEntryListener(new Listener(), true);
    membership.share(this, records());
    pull();
  }

  /** On the executor: applies all that the map holds, but for what was edited since it was asked. */
  void pull() {
    Map<String, Integer> before = membership.versions();
    membership.pulled(before, records());
  }

  /** On the executor: edits are this node's own from now on. */
  @Override
  public void leave() {
    membership.leaveStore();
    if (listenerId != null) {
      map.removeEntryListener(listenerId);
    }
  }

  @Override
  public CompletableFuture<EditRecord> edit(ServerEdit edit, EditBasis basis) {
    CompletableFuture<@Nullable ServerRecord> answer = new CompletableFuture<>();
    ServerSpec shown = membership.wantedNow(edit.id());
    executor.execute(() -> submit(edit, basis, shown == null ? 0 : shown.weight(), answer));
    return answer
        .orTimeout(EDIT_SECONDS, TimeUnit.SECONDS)
        .handle((record, failure) -> outcome(edit, record, failure));
  }

  @Override
  public CompletableFuture<Void> undo(String id, EditRecord record) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    executor.execute(() -> {
      try {
        if (remove(id, record)) {
          done.complete(null);
        } else {
          done.completeExceptionally(EditRecord.changedMeanwhile(id));
        }
      } catch (RuntimeException e) { // the map is away
        done.completeExceptionally(e);
      }
    });
    return done.orTimeout(EDIT_SECONDS, TimeUnit.SECONDS).handle((removed, failure) -> {
      if (failure instanceof EditConflictException conflict) {
        throw conflict;
      }
      if (failure != null) {
        throw unconfirmed(id, failure);
      }
      return null;
    });
  }

  @Override
  public void end(String id, EditRecord record) {
    executor.execute(() -> remove(id, record));
  }

  @Override
  public long nowMillis() {
    return time.nowShared();
  }

  @Override
  public void takeOver(String id, EditRecord record, EditRecord takenOver) {
    executor.execute(() -> {
      ServerRecord there = recordOf(id);
      if (there != null && isSameEdit(there, record)) {
        map.replace(id, there, new ServerRecord(takenOver));
      }
    });
  }

  /** Returns whether it removed the record, whatever a configuration has said of it since the edit. */
  private boolean remove(String id, EditRecord record) {
    ServerRecord there = recordOf(id);
    while (there != null && isSameEdit(there, record)) {
      if (map.remove(id, there)) {
        return true;
      }
      there = recordOf(id);
    }
    return false;
  }

  private Map<String, EditRecord> records() {
    Map<String, EditRecord> records = new HashMap<>();
    List<String> spoilt = new ArrayList<>();
    reader.forEach(
        map,
        Predicates.alwaysTrue(),
        (id, record) -> {
          if (isOf(id, record)) {
            records.put(id, record.edits());
          } else {
            spoilt.add(id);
          }
        },
        spoilt::add);
    for (String id : spoilt) {
      EditRecord known = restored(id);
      if (known != null) {
        records.put(id, known);
      }
    }
    return records;
  }

  /** Returns what this node knows of a server whose record was dropped, and puts it back; null: nothing. */
  private @Nullable EditRecord restored(String id) {
    EditRecord known = membership.record(id);
    if (known != null && recordOf(id) == null) {
      map.set(id, new ServerRecord(known));
    }
    return known;
  }

  /** Returns what the map holds of a server; null: no record. */
  private @Nullable ServerRecord recordOf(String id) {
    ServerRecord record = EntryChange.record(() -> map.get(id), ServerRecord.class);
    return record == null || !isOf(id, record) ? null : record;
  }

  /** Returns whether a record is that of a server, as whatever nodes write is. */
  private static boolean isOf(String id, ServerRecord record) {
    ServerSpec server = record.edits().server();
    ServerSpec configured = record.edits().configured();
    return (server == null || server.id().equals(id))
        && (configured == null || configured.id().equals(id));
  }

  /** Whatever a configuration said of it since. */
  private static boolean isSameEdit(ServerRecord there, EditRecord record) {
    return record.isSameEdit(there.edits());
  }

  /** Sends an edit, unless it has waited for too long already. */
  private void submit(
      ServerEdit edit,
      EditBasis basis,
      int weight,
      CompletableFuture<@Nullable ServerRecord> answer) {
    if (answer.isDone()) {
      return;
    }
    try {
      map.submitToKey(edit.id(), new EditServer(edit, basis, nowMillis(), weight))
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

  private EditRecord outcome(
      ServerEdit edit, @Nullable ServerRecord record, @Nullable Throwable failure) {
    if (failure != null) {
      throw unconfirmed(edit.id(), failure);
    }
    if (record == null) {
      throw EditRecord.changedMeanwhile(edit.id());
    }
    return record.edits();
  }

  private IllegalStateException unconfirmed(String id, Throwable failure) {
    return new IllegalStateException(
        "server " + id + " of service " + service + ": the cluster did not confirm the edit within "
            + EDIT_SECONDS + " s; it may still take effect",
        failure);
  }

  /** Applies what other nodes edited. */
  private final class Listener extends RecordListener<ServerRecord> {
    Listener() {
      super(reader);
    }

    @Override
    void changed(String id, ServerRecord record) {
      if (isOf(id, record)) {
        membership.edited(id, record.edits());
      } else {
        reader.drop(null, "a record of another server than its key: " + record);
        spoilt(id);
      }
    }

    @Override
    void spoilt(String id) {
      executor.execute(() -> restored(id));
    }

    @Override
    void removed(String id, @Nullable ServerRecord gone) {
      membership.ended(id, gone == null ? Integer.MAX_VALUE : gone.edits().version());
    }
  }
}
