package dev.lblc.config;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The members of an object while it is read. The keys that a reader asks for are the keys it knows; what is left over
 * at the end is a fault.
 */
final class Members {
  private final Cursor owner;
  private final boolean isObject;
  private final Map<String, Json> members;
  private final Set<String> known = new LinkedHashSet<>();
  private final Set<String> refused = new HashSet<>();

  /** {@code object} is null where there is none; then nothing is missing from it. */
  Members(Cursor owner, Json.@Nullable Obj object) {
    this.owner = owner;
    this.isObject = object != null;
    this.members = object == null ? Map.of() : object.members();
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
            .fail("unknown key", "one of " + String.join(", ", known) + Spelling.hint(key, known));
      }
    });
  }

  private Cursor take(String key, boolean needed) {
    known.add(key);
    return owner.member(key, members.get(key), needed);
  }
}
