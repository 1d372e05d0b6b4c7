package dev.lblc.config;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The members of an object while it is read. The keys that a reader asks for are the keys it knows; what is left over at
 * the end is a fault.
 *
 * <p>A misspelt key is such a fault, and what stands there is read as that of the key that was meant: whatever is wrong in
 * it is reported at once.
 */
final class Members {
  private final Cursor owner;
  private final boolean isObject;
  private final Map<String, Json> members;
  private final List<String> keys;
  private final Map<String, String> misspelt;
  private final Set<String> known = new LinkedHashSet<>();
  private final Set<String> refused = new HashSet<>();

  /**
   * Takes what an object has.
   *
   * @param object null where there is none; then nothing is missing from it
   * @param keys all that it may have
   */
  Members(Cursor owner, Json.@Nullable Obj object, List<String> keys) {
    this.owner = owner;
    this.isObject = object != null;
    this.members = object == null ? Map.of() : object.members();
    this.keys = keys;
    this.misspelt = misspelt(members.keySet(), keys);
  }

  Cursor optional(String key) {
    return take(key, false);
  }

  Cursor required(String key) {
    return take(key, isObject);
  }

  /** Whether that key was asked for before. */
  boolean isKnown(String key) {
    return known.contains(key);
  }

  /** Whether there is an object, so that keys can be missing from it. */
  boolean isObject() {
    return isObject;
  }

  /** Refuses a key that people may well write, with the reason instead of the list of known ones. */
  void refuse(String key, String expected) {
    refused.add(key);
    Json json = members.get(key);
    if (json != null) {
      owner.member(key, json, false).fail(expected);
    }
  }

  /** Lets keys pass that nobody asked for, but for those that look like a misspelt known one. */
  void acceptOthers() {
    members.keySet().stream()
        .filter(key -> Spelling.hint(key, known).isEmpty())
        .forEach(refused::add);
  }

  void refuseOthers() {
    members.forEach((key, json) -> {
      if (!known.contains(key) && !refused.contains(key)) {
        owner
            .member(key, json, false)
            .failKey("unknown key", "one of " + String.join(", ", known) + Spelling.hint(key, known));
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
