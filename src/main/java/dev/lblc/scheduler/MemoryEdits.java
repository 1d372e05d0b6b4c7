package dev.lblc.scheduler;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The edits of a node on its own: kept for as long as its service is.
 *
 * <p>Guarded by itself. It calls nobody: of an edit the caller is told by the answer.
 */
final class MemoryEdits implements EditStore {
  private final Map<String, EditRecord> records;

  /** Numbers the edits; an order is all that their time is for here. */
  private long edits;

  /** With those records of a store that is left. */
  MemoryEdits(Map<String, EditRecord> records) {
    this.records = new HashMap<>(records);
    this.edits =
        records.values().stream().mapToLong(EditRecord::editedMillis).max().orElse(0);
  }

  @Override
  public synchronized CompletableFuture<EditRecord> edit(
      ServerEdit edit, @Nullable ServerSpec configured, @Nullable ServerSpec discovered) {
    String id = edit.id();
    try {
      EditRecord next = EditRecord.after(edit, records.get(id), configured, discovered, edits + 1);
      edits++;
      records.put(id, next);
      return CompletableFuture.completedFuture(next);
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(e);
    }
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
}
