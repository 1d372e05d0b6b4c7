package dev.lblc.scheduler;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The edits of a node on its own: kept for as long as its service is.
 *
 * <p>Guarded by itself. It calls nobody: of an edit the caller is told by the answer.
 */
final class MemoryEdits implements EditStore {
  private final Map<String, EditRecord> records;
  private final Clock clock;

  /** Of the last edit: no two have the same time. */
  private long lastMillis;

  /** With those records of a store that is left, and its clock. */
  MemoryEdits(Map<String, EditRecord> records, Clock clock) {
    this.records = new HashMap<>(records);
    this.clock = clock;
    this.lastMillis =
        records.values().stream().mapToLong(EditRecord::editedMillis).max().orElse(0);
  }

  @Override
  public synchronized CompletableFuture<EditRecord> edit(ServerEdit edit, EditBasis basis) {
    String id = edit.id();
    long now = Math.max(clock.millis(), lastMillis + 1);
    try {
      EditRecord next = EditRecord.after(edit, records.get(id), basis, now);
      lastMillis = now;
      records.put(id, next);
      return CompletableFuture.completedFuture(next);
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public synchronized CompletableFuture<Void> undo(String id, EditRecord record) {
    if (!record.isSameEdit(records.get(id))) {
      return CompletableFuture.failedFuture(EditRecord.changedMeanwhile(id));
    }
    records.remove(id);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public synchronized void end(String id, EditRecord record) {
    if (record.isSameEdit(records.get(id))) {
      records.remove(id);
    }
  }

  @Override
  public synchronized void takeOver(String id, EditRecord record, EditRecord takenOver) {
    if (record.isSameEdit(records.get(id))) {
      records.put(id, takenOver);
    }
  }

  @Override
  public long nowMillis() {
    return clock.millis();
  }
}
