package dev.lblc.config;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The reader of one JSON object. Every key that nobody asks for is a fault.
 *
 * <p>A misspelt key is a fault, but its value is read as the value of the key that was probably meant: so the faults in the
 * value are reported in the same run. Used by one thread.
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
   * @param object null: there is none, and no key counts as missing
   * @param keys all keys that the object may have
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

  /** Returns whether there is an object: only then keys can be missing. */
  boolean isObject() {
    return isObject;
  }

  /** Notes a fault if the object has this key, which belongs elsewhere; {@code expected} says why. */
  void refuse(String key, String expected) {
    refused.add(key);
    Json json = members.get(key);
    if (json != null) {
      owner.member(key, json, false).fail(expected);
    }
  }

  /** Accepts the keys that nobody asked for, except those that look like a misspelt known key. */
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

  /** Returns the keys that seem to be misspelt, by the key that was probably meant. */
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
