package dev.lblc.cluster;

import com.hazelcast.core.EntryEvent;
import com.hazelcast.core.EntryEventType;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.map.IMap;
import com.hazelcast.map.listener.EntryAddedListener;
import com.hazelcast.map.listener.EntryRemovedListener;
import com.hazelcast.map.listener.EntryUpdatedListener;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A map without a cluster: it runs entry processors and tells its listeners, as long as it is not made to fail. */
final class FakeMap {
  final Map<String, HomeRecord> entries = new ConcurrentHashMap<>();

  /** How often entry processors were sent, in vain or not. */
  final AtomicInteger calls = new AtomicInteger();

  /** Whether the member is gone from the process. */
  volatile boolean stopped;

  /** Whether it says how many entries it has. */
  volatile boolean isCounted = true;

  /** What every entry processor is answered by, without being run; null: by what it does. */
  volatile @Nullable CompletableFuture<Object> answer;

  /** What happens while an entry processor is on its way. */
  volatile Runnable meanwhile = () -> {};

  /** What happens while it is gone through. */
  volatile Runnable reading = () -> {};

  /** What happens between that and what is made of it. */
  volatile Runnable read = () -> {};

  private final List<Object> listeners = new CopyOnWriteArrayList<>();

  /** Empty if there is no entry. */
  List<String> homes(String destination) {
    HomeRecord record = entries.get(destination);
    return record == null ? List.of() : record.homes();
  }

  /** Removes an entry, and tells of that. */
  void remove(String destination) {
    Object unused = run(destination, new RemoveUnused(Long.MAX_VALUE));
  }

  /** Changes an entry, as another node does or as this one's change arrives, and tells of that. */
  void change(String destination, EntryProcessor<String, HomeRecord, ?> change) {
    Object unused = run(destination, change);
  }

  @SuppressWarnings("unchecked")
  IMap<String, HomeRecord> proxy() {
    return (IMap<String, HomeRecord>) Proxy.newProxyInstance(
        IMap.class.getClassLoader(),
        new Class<?>[] {IMap.class},
        (proxy, method, arguments) -> switch (method.getName()) {
          case "addEntryListener" -> {
            listeners.add(arguments[0]);
            yield new UUID(1, 1);
          }
          case "removeEntryListener" -> true;
          case "entrySet" -> {
            reading.run();
            requireRunning();
            Set<Map.Entry<String, HomeRecord>> all = new HashMap<>(entries).entrySet();
            read.run();
            yield all;
          }
          case "keySet" -> {
            requireRunning();
            yield Set.copyOf(entries.keySet());
          }
          case "getName" -> "lblc.homes.images";
          case "size" -> {
            if (!isCounted) {
              throw new IllegalStateException("not counted");
            }
            yield entries.size();
          }
          case "submitToKey" ->
            answer(() ->
                run((String) arguments[0], (EntryProcessor<String, HomeRecord, ?>) arguments[1]));
          case "submitToKeys" ->
            answer(() -> {
              Map<String, @Nullable Object> answers = new HashMap<>();
              for (String key : (Set<String>) arguments[0]) {
                answers.put(key, run(key, (EntryProcessor<String, HomeRecord, ?>) arguments[1]));
              }
              return answers;
            });
          default -> throw new UnsupportedOperationException(method.getName());
        });
  }

  private CompletableFuture<Object> answer(Supplier<@Nullable Object> run) {
    calls.incrementAndGet();
    requireRunning();
    meanwhile.run();
    CompletableFuture<Object> instead = answer;
    return instead == null ? CompletableFuture.completedFuture(run.get()) : instead;
  }

  private void requireRunning() {
    if (stopped) {
      throw new HazelcastInstanceNotActiveException();
    }
  }

  @SuppressWarnings("unchecked")
  private synchronized @Nullable Object run(
      String key, EntryProcessor<String, HomeRecord, ?> processor) {
    HomeRecord before = entries.get(key);
    MapEntry entry = new MapEntry(before);
    Object answer = processor.process(entry);
    HomeRecord after = entry.getValue();
    if (after == before) {
      return answer;
    }
    EntryEventType type = before == null ? EntryEventType.ADDED : EntryEventType.UPDATED;
    if (after == null) {
      entries.remove(key);
    } else {
      entries.put(key, after);
    }
    EntryEvent<String, HomeRecord> event =
        new EntryEvent<>("images", null, type.getType(), key, before, after);
    for (Object listener : listeners) {
      if (after == null) {
        ((EntryRemovedListener<String, HomeRecord>) listener).entryRemoved(event);
      } else if (before == null) {
        ((EntryAddedListener<String, HomeRecord>) listener).entryAdded(event);
      } else {
        ((EntryUpdatedListener<String, HomeRecord>) listener).entryUpdated(event);
      }
    }
    return answer;
  }
}
