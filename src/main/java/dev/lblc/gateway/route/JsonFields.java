package dev.lblc.gateway.route;

import dev.lblc.config.DestinationTemplate;
import dev.lblc.config.DestinationTemplate.Field;
import dev.lblc.config.DestinationTemplate.Kind;
import dev.lblc.config.HttpRouteConfig;
import dev.lblc.config.ServiceConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The fields of bodies in JSON that the routes of a listener ask for, as a tree of their paths. Immutable. */
public final class JsonFields {
  private static final Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,8}");
  private static final int NO_INDEX = -1;

  /** A member of an object, or an element of a list, at or above a field that is asked for. */
  static final class Node {
    private final int number;
    private final @Nullable Node parent;
    private final int index;
    private final Map<String, Node> members = new HashMap<>();

    private Node(int number, @Nullable Node parent, int index) {
      this.number = number;
      this.parent = parent;
      this.index = index;
    }

    /** Returns the number of the node; the root has 0. */
    int number() {
      return number;
    }

    /** Returns the node around it; null: it is the root. */
    @Nullable
    Node parent() {
      return parent;
    }

    /** Returns the member of that name; null: nobody asks for it or for what is in it. */
    @Nullable
    Node member(String name) {
      return members.get(name);
    }

    /** Returns the element at that index, from 0; null: as above. */
    @Nullable
    Node element(int at) {
      for (Node member : members.values()) {
        if (member.index == at) {
          return member;
        }
      }
      return null;
    }

    boolean hasMembers() {
      return !members.isEmpty();
    }
  }

  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Node> byPath = new HashMap<>();

  private JsonFields() {
    nodes.add(new Node(0, null, NO_INDEX));
  }

  /** Returns those that the matches and the destinations of these routes name. */
  static JsonFields of(List<HttpRouteConfig> routes) {
    JsonFields fields = new JsonFields();
    for (HttpRouteConfig route : routes) {
      route.match().json().keySet().forEach(fields::add);
      fields.add(route.destination());
    }
    return fields;
  }

  /** Returns those that these routes name, and those that the strategies of their services want to see. */
  static JsonFields of(List<HttpRouteConfig> routes, Map<String, ServiceConfig> services) {
    JsonFields fields = of(routes);
    for (HttpRouteConfig route : routes) {
      ServiceConfig service = route.service() == null ? null : services.get(route.service());
      if (service != null) {
        fields.add(service.strategyOptions().facts().values());
      }
    }
    return fields;
  }

  /** Returns those that these templates name. */
  static JsonFields ofTemplates(List<DestinationTemplate> templates) {
    JsonFields fields = new JsonFields();
    fields.add(templates);
    return fields;
  }

  private void add(Collection<DestinationTemplate> templates) {
    templates.stream()
        .flatMap(template -> template.parts().stream())
        .filter(part -> part instanceof Field field && field.kind() == Kind.JSON)
        .forEach(part -> add(String.valueOf(((Field) part).name())));
  }

  private void add(String path) {
    Node node = root();
    for (String name : path.split("\\.", -1)) {
      Node parent = node;
      node = parent.members.computeIfAbsent(name, added -> child(parent, added));
    }
    byPath.put(path, node);
  }

  private Node child(Node parent, String name) {
    int index = INDEX.matcher(name).matches() ? Integer.parseInt(name) : NO_INDEX;
    Node child = new Node(nodes.size(), parent, index);
    nodes.add(child);
    return child;
  }

  /** Returns the node of a whole text. */
  Node root() {
    return nodes.get(0);
  }

  /** Returns how many nodes there are. */
  int size() {
    return nodes.size();
  }

  /**
   * Returns the node of a path.
   *
   * @throws IllegalArgumentException if no route names it
   */
  Node node(String path) {
    Node node = byPath.get(path);
    if (node == null) {
      throw new IllegalArgumentException("no route names the field " + path);
    }
    return node;
  }
}
