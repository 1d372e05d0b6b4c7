package dev.lblc.cluster;

import com.hazelcast.shaded.org.snakeyaml.engine.v2.api.Load;
import com.hazelcast.shaded.org.snakeyaml.engine.v2.api.LoadSettings;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads YAML with the parser inside Hazelcast. */
final class Yaml {
  private Yaml() {}

  /** The documents of a text, as JSON; the merge key {@code <<} has done its work. */
  static List<JsonObject> documents(String text) {
    List<JsonObject> documents = new ArrayList<>();
    for (Object document : new Load(LoadSettings.builder().build()).loadAllFromString(text)) {
      documents.add((JsonObject) json(document));
    }
    return documents;
  }

  private static Object json(Object value) {
    if (value instanceof Map<?, ?> map) {
      JsonObject object = new JsonObject();
      if (map.get("<<") != null) {
        object.mergeIn((JsonObject) json(map.get("<<")));
      }
      map.forEach((key, member) -> {
        if (!key.equals("<<")) {
          object.put(String.valueOf(key), json(member));
        }
      });
      return object;
    }
    if (value instanceof List<?> list) {
      JsonArray array = new JsonArray();
      list.forEach(element -> array.add(json(element)));
      return array;
    }
    return value;
  }
}
