package dev.lblc.admin;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The table of what the admin port answers: paths, the methods of each, and an endpoint for each method.
 *
 * <p>An endpoint answers at once or later; what it throws becomes the response. Filled before the port is opened, and not
 * changed from then on.
 */
final class Endpoints {
  private final List<Resource> resources = new ArrayList<>();

  /**
   * Adds an endpoint, for whoever may use the admin port. The endpoint of GET answers HEAD, too.
   *
   * @param pattern as of {@link PathPattern}
   * @param about what the endpoint does, for the list of endpoints
   */
  void add(HttpMethod method, String pattern, String about, Consumer<AdminRequest> endpoint) {
    add(method, pattern, about, endpoint, false);
  }

  /** Adds an endpoint for everybody, as of {@link #add}. */
  void addOpen(HttpMethod method, String pattern, String about, Consumer<AdminRequest> endpoint) {
    add(method, pattern, about, endpoint, true);
  }

  /**
   * Answers a request.
   *
   * @param access is called before anything is told to somebody whom it refuses
   */
  void answer(HttpServerRequest request, String path, Consumer<HttpServerRequest> access) {
    for (Resource resource : resources) {
      Map<String, String> parameters = resource.pattern().match(path);
      if (parameters != null) {
        if (!resource.open()) {
          access.accept(request);
        }
        resource.endpoint(request).accept(new AdminRequest(request, parameters));
        return;
      }
    }
    access.accept(request);
    throw new ProblemException(404, "there is nothing here; GET /api/v1 lists what there is");
  }

  /** Returns a line for each endpoint: method, path, and what it does. */
  String list() {
    int width = 2
        + resources.stream()
            .mapToInt(resource -> resource.pattern().toString().length())
            .max()
            .orElse(0);
    StringBuilder lines = new StringBuilder();
    for (Resource resource : resources) {
      resource
          .endpoints()
          .forEach((method, endpoint) -> lines.append(String.format(
              "%-7s%-" + width + "s%s\n", method, resource.pattern(), endpoint.about())));
    }
    return lines.toString();
  }

  private void add(
      HttpMethod method,
      String pattern,
      String about,
      Consumer<AdminRequest> endpoint,
      boolean open) {
    Resource resource = named(pattern);
    if (resource == null) {
      resource = new Resource(new PathPattern(pattern), open, new LinkedHashMap<>());
      resources.add(resource);
    }
    resource.endpoints().put(method, new Endpoint(about, endpoint));
  }

  private @Nullable Resource named(String pattern) {
    return resources.stream()
        .filter(resource -> resource.pattern().toString().equals(pattern))
        .findFirst()
        .orElse(null);
  }

  /** What answers one method of a path. */
  private record Endpoint(String about, Consumer<AdminRequest> action) {}

  /**
   * A path and its methods.
   *
   * @param open whether everybody may use it
   */
  private record Resource(PathPattern pattern, boolean open, Map<HttpMethod, Endpoint> endpoints) {
    Consumer<AdminRequest> endpoint(HttpServerRequest request) {
      HttpMethod method = request.method();
      Endpoint endpoint = endpoints.get(method.equals(HttpMethod.HEAD) ? HttpMethod.GET : method);
      if (endpoint == null) {
        String allowed = allowed();
        request.response().putHeader("Allow", allowed);
        throw new ProblemException(405, "this resource answers " + allowed + " only");
      }
      return endpoint.action();
    }

    private String allowed() {
      Set<HttpMethod> methods = endpoints.keySet();
      return methods.stream()
          .map(method -> method.equals(HttpMethod.GET) ? "GET, HEAD" : method.name())
          .collect(Collectors.joining(", "));
    }
  }
}
