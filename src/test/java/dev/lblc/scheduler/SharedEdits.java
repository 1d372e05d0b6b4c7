package dev.lblc.scheduler;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** A store that several nodes use, as the cluster's map is one: each node hears of changes in their order, but late. */
final class SharedEdits implements EditStore {
  private final Map<String, EditRecord> records = new HashMap<>();
  private final Map<Membership, Queue<Runnable>> nodes = new HashMap<>();
  private long millis;

  /** A node joins: it is told of what is there, then of all changes. */
  void join(Membership node) {
    nodes.put(node, new ArrayDeque<>());
    node.share(this, new HashMap<>(records));
  }

  /** A node leaves; what it has not heard it never will. */
  void leave(Membership node) {
    nodes.remove(node);
  }

  /** All nodes hear of all changes. */
  void deliver() {
    while (nodes.values().stream().anyMatch(events -> !events.isEmpty())) {
      new ArrayList<>(nodes.values()).forEach(SharedEdits::deliverOne);
    }
  }

  /** Some node hears of one change. */
  void deliverSome(Random random) {
    List<Queue<Runnable>> all = new ArrayList<>(nodes.values());
    if (!all.isEmpty()) {
      deliverOne(all.get(random.nextInt(all.size())));
    }
  }

  /** Events of a node are lost; it reads all, as after a fault. */
  void loseAndPull(Membership node) {
    Queue<Runnable> events = nodes.get(node);
    if (events != null) {
      events.clear();
      node.pulled(node.versions(), new HashMap<>(records));
    }
  }

  Map<String, EditRecord> records() {
    return records;
  }

  @Override
  public CompletableFuture<EditRecord> edit(ServerEdit edit, EditBasis basis) {
    try {
      EditRecord next = EditRecord.after(edit, records.get(edit.id()), basis, ++millis);
      records.put(edit.id(), next);
      tell(node -> node.edited(edit.id(), next));
      return CompletableFuture.completedFuture(next);
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletableFuture<Void> undo(String id, EditRecord record) {
    if (!record.isSameEdit(records.get(id))) {
      return CompletableFuture.failedFuture(EditRecord.changedMeanwhile(id));
    }
    end(id, record);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void end(String id, EditRecord record) {
    EditRecord there = records.get(id);
    if (there != null && there.isSameEdit(record)) {
      records.remove(id);
      tell(node -> node.ended(id, there.version()));
    }
  }

  @Override
  public void takeOver(String id, EditRecord record, EditRecord takenOver) {
    if (record.isSameEdit(records.get(id))) {
      records.put(id, takenOver);
      tell(node -> node.edited(id, takenOver));
    }
  }

  @Override
  public long nowMillis() {
    return millis;
  }

  private void tell(java.util.function.Consumer<Membership> change) {
    nodes.forEach((node, events) -> events.add(() -> change.accept(node)));
  }

  private static void deliverOne(Queue<Runnable> events) {
    Runnable event = events.poll();
    if (event != null) {
      event.run();
    }
  }
}
