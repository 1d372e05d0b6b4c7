package dev.lblc.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The changes from one gateway configuration to another, as JSON paths such as
 * {@code $.services.images.servers[0].weight}, in file order.
 *
 * <pre>
 * a value, or a list of values         is listed by its path
 * an object that is added or removed   is listed by its path, its members are not
 * listeners and servers                are compared by name and id; if those that stay change their order, the list changes
 * routes                               are compared by place, between the first and the last one that differ
 * </pre>
 *
 * <p>Indexes are those of the new configuration; for removed elements, those of the old one. A key that is added with its
 * default value changes nothing.
 */
public final class ConfigDiff {
  private final Set<String> changed = new LinkedHashSet<>();

  private ConfigDiff() {}

  /** Returns the paths of what changes; empty: the two configurations mean the same. */
  public static List<String> paths(GatewayConfig before, GatewayConfig after) {
    ConfigDiff diff = new ConfigDiff();
    diff.compare(JsonPath.ROOT, EffectiveConfig.of(before), EffectiveConfig.of(after));
    return List.copyOf(diff.changed);
  }

  /** Returns the path of the {@code tls} of a service. */
  public static String tlsOf(String service) {
    return JsonPath.member(
        JsonPath.member(JsonPath.member(JsonPath.ROOT, "services"), service), "tls");
  }

  private void compare(String path, @Nullable Object before, @Nullable Object after) {
    if (Objects.equals(before, after)) {
      return;
    }
    if (before instanceof Map<?, ?> old && after instanceof Map<?, ?> next) {
      Set<Object> keys = new LinkedHashSet<>(next.keySet());
      keys.addAll(old.keySet());
      for (Object key : keys) {
        compare(JsonPath.member(path, key.toString()), old.get(key), next.get(key));
      }
    } else if (before instanceof List<?> old && after instanceof List<?> next) {
      lists(path, old, next);
    } else {
      changed.add(path);
    }
  }

  private void lists(String path, List<?> before, List<?> after) {
    Map<Object, Integer> old = places(before);
    Map<Object, Integer> next = places(after);
    if (old.size() == before.size() && next.size() == after.size()) {
      byIdentity(path, before, old, after, next);
    } else if (isOfObjects(before) && isOfObjects(after)) {
      byPlace(path, before, after);
    } else {
      changed.add(path);
    }
  }

  private void byIdentity(
      String path,
      List<?> before,
      Map<Object, Integer> old,
      List<?> after,
      Map<Object, Integer> next) {
    List<Object> keptBefore = new ArrayList<>(old.keySet());
    keptBefore.retainAll(next.keySet());
    List<Object> keptAfter = new ArrayList<>(next.keySet());
    keptAfter.retainAll(old.keySet());
    if (!keptBefore.equals(keptAfter)) {
      changed.add(path);
    }
    next.forEach((identity, place) -> {
      Integer was = old.get(identity);
      compare(
          JsonPath.element(path, place), was == null ? null : before.get(was), after.get(place));
    });
    old.forEach((identity, place) -> {
      if (!next.containsKey(identity)) {
        changed.add(JsonPath.element(path, place));
      }
    });
  }

  private void byPlace(String path, List<?> before, List<?> after) {
    int most = Math.min(before.size(), after.size());
    int same = 0;
    while (same < most && before.get(same).equals(after.get(same))) {
      same++;
    }
    int sameAtEnd = 0;
    while (sameAtEnd < most - same
        && before
            .get(before.size() - 1 - sameAtEnd)
            .equals(after.get(after.size() - 1 - sameAtEnd))) {
      sameAtEnd++;
    }
    for (int i = same; i < Math.max(before.size(), after.size()) - sameAtEnd; i++) {
      compare(
          JsonPath.element(path, i),
          i < before.size() - sameAtEnd ? before.get(i) : null,
          i < after.size() - sameAtEnd ? after.get(i) : null);
    }
  }

  /** Returns the indexes of the elements that have a name or an id, by that name or id. */
  private static Map<Object, Integer> places(List<?> list) {
    Map<Object, Integer> places = new LinkedHashMap<>();
    for (int i = 0; i < list.size(); i++) {
      Object identity = list.get(i) instanceof Map<?, ?> element
          ? element.containsKey("id") ? element.get("id") : element.get("name")
          : null;
      if (identity != null) {
        places.put(identity, i);
      }
    }
    return places;
  }

  private static boolean isOfObjects(List<?> list) {
    return list.stream().allMatch(Map.class::isInstance);
  }
}
