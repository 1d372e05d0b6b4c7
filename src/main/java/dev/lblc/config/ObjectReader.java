package dev.lblc.config;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The reader of one JSON object. The keys that are asked for are the known ones; any other key is a fault.
 *
 * <p>A misspelt key is such a fault, but its value is read as that of the key that was meant, so that the faults in it are
 * reported at once, too. Used by one thread.
 */
final class ObjectReader {
  private final Cursor owner;
  private final boolean isObject;
  private final Map<String, Json> members;
  private final List<String> keys;
  private final Map<String, String> misspelt;
  private final Set<String> known = new LinkedHashSet<>();
  private final Set<String> refused = new HashSet<>();

  /**
   * A reader of an object.
   *
   * @param object null where there is none; then nothing is missing from it
   * @param keys all that it may have
   */
  ObjectReader(Cursor owner, Json.@Nullable Obj object, List<String> keys) {
    this.owner = owner;
    this.isObject = object != null;
    this.members = object == null ? Map.of() : object.members();
    this.keys = keys;
    this.misspelt = misspelt(members.keySet(), keys);
  }

  /** Returns the member of a key, which may be absent. */
  Cursor optional(String key) {
    return take(key, false);
  }

  /** Returns the member of a key that must not be absent. */
  Cursor required(String key) {
    return take(key, isObject);
  }

  /** Returns whether that key was asked for before. */
  boolean isKnown(String key) {
    return known.contains(key);
  }

  /** Returns whether there is an object, so that keys can be missing from it. */
  boolean isObject() {
    return isObject;
  }

  /** Notes a fault if there is a key that people may well write here; the reason stands for the list of known keys. */
  void refuse(String key, String expected) {
    refused.add(key);
    Json json = members.get(key);
    if (json != null) {
      owner.member(key, json, false).fail(expected);
    }
  }

  /** Accepts the keys that nobody asked for, unless they look like a misspelt known one. */
  void acceptOthers() {
    members.keySet().stream()
        .filter(key -> Spelling.hint(key, known).isEmpty())
        .forEach(refused::add);
  }

  /** Notes a fault for each key that nobody asked for. */
  void refuseOthers() {
    members.forEach((key, json) -> {
      if (!known.contains(key) && !refused.contains(key)) {
        owner
            .member(key, json, false)
            .failKey(
                "unknown key", "one of " + String.join(", ", known) + Spelling.hint(key, known));
      }
    });
  }

  private Cursor take(String key, boolean needed) {
    if (!keys.isEmpty() && !keys.contains(key)) {
      throw new IllegalArgumentException("key " + key + " (expected: one of " + keys + ")");
    }
    known.add(key);
    String written = members.containsKey(key) ? key : misspelt.getOrDefault(key, key);
    return owner.member(written, members.get(written), needed);
  }

  /** Returns the keys that seem to be misspelt, by the one that was meant. */
  private static Map<String, String> misspelt(Set<String> found, List<String> keys) {
    List<String> absent = keys.stream().filter(key -> !found.contains(key)).toList();
    Map<String, String> misspelt = new HashMap<>();
    for (String key : found) {
      List<String> nearest = keys.contains(key) ? List.of() : Spelling.nearest(key, absent);
      if (nearest.size() == 1) {
        misspelt.putIfAbsent(nearest.get(0), key);
      }
    }
    return misspelt;
  }
}
