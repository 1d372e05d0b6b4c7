package dev.lblc.config;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** A change of one place of a configuration. */
record Mutation(String what, String path, @Nullable Object value) {
  static Mutation set(String path, Object value) {
    return new Mutation("set", path, value);
  }

  JsonObject apply(JsonObject json) {
    return switch (what) {
      case "drop" -> Sample.remove(json, path);
      case "rename" -> {
        Object old = Sample.get(json, path);
        String other =
            path.endsWith("']") ? path.substring(0, path.length() - 2) + "2']" : path + "Renamed";
        yield Sample.set(Sample.remove(json, path), other, old);
      }
      default -> Sample.set(json, path, value);
    };
  }

  @Override
  public String toString() {
    return what + " " + path + (what.equals("set") ? " = " + value : "");
  }
}
