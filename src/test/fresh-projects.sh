#!/usr/bin/env bash
# Builds and runs what a new user would: three Maven projects outside this one, each with the plugin as its only new
# dependency. Needs `mvn package` of this project before, and mvn, curl and a JDK; leaves nothing behind.
#
#   src/test/fresh-projects.sh [web-proxy|http-client|strategy]...     (all of them)
#
# The environment may say otherwise: LBLC_PORTS (five ports that are free), LBLC_REPOSITORY (a local repository of Maven to
# take dependencies from before any other; ~/.m2/repository). The projects' own repository is empty at first.
set -euo pipefail
unset MAVEN_PROJECTBASEDIR MAVEN_CMD_LINE_ARGS MAVEN_BASEDIR

root=$(cd "$(dirname "$0")/../.." && pwd)
sources=$root/src/test/java/com/example
repository=${LBLC_REPOSITORY:-$HOME/.m2/repository}
read -r -a ports <<<"${LBLC_PORTS:-8080 9901 9101 9102 9103}"
[ ${#ports[@]} = 5 ] || { echo "LBLC_PORTS=\"$LBLC_PORTS\": five ports are needed" >&2; exit 2; }
port=${ports[0]}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
version=$(sed -n 's:.*<version>\(.*\)</version>.*:\1:p' "$root/pom.xml" | head -1)
vertx=$(sed -n 's:.*<vertx.version>\(.*\)</vertx.version>.*:\1:p' "$root/pom.xml")
for needed in "$root/target/vertx-lblc-$version.jar" "$root/target/vertx-lblc.jar"; do
  [ -f "$needed" ] || { echo "$needed is not there: mvn package" >&2; exit 1; }
done

work=$(mktemp -d "${TMPDIR:-/tmp}/lblc-fresh-projects.XXXXXX")
pids=()
end() { # of those it started, by pid
  for pid in ${pids[@]+"${pids[@]}"}; do kill "$pid" 2>/dev/null || true; done
  for pid in ${pids[@]+"${pids[@]}"}; do wait "$pid" 2>/dev/null || true; done
  pids=()
}
trap 'end; rm -rf "$work"' EXIT

fail() {
  echo "$1" >&2
  shift
  for log in "$@"; do sed 's/^/  /' "$log" >&2; done
  exit 1
}

# As `mvn install` would leave the plugin, in a repository that has nothing else.
installed=$work/repository/dev/lblc/vertx-lblc/$version
mkdir -p "$installed"
cp "$root/target/vertx-lblc-$version.jar" "$installed/"
cp "$root/pom.xml" "$installed/vertx-lblc-$version.pom"
cat >"$work/settings.xml" <<END
<settings>
  <localRepository>$work/repository</localRepository>
  <profiles><profile><id>here</id>
    <repositories><repository><id>here</id><url>file://$repository</url></repository></repositories>
    <pluginRepositories><pluginRepository><id>here</id><url>file://$repository</url></pluginRepository></pluginRepositories>
  </profile></profiles>
  <activeProfiles><activeProfile>here</activeProfile></activeProfiles>
</settings>
END

# project NAME CLASS DEPENDENCIES: a folder with a pom and one class.
project() {
  mkdir -p "$work/$1/src/main/java/com/example"
  cp "$sources/$2.java" "$work/$1/src/main/java/com/example/"
  cat >"$work/$1/pom.xml" <<END
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.example</groupId>
  <artifactId>$1</artifactId>
  <version>1</version>
  <properties>
    <maven.compiler.release>17</maven.compiler.release>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>$3</dependencies>
  <build>
    <finalName>$1</finalName>
    <plugins>
      <plugin><artifactId>maven-resources-plugin</artifactId><version>3.3.1</version></plugin>
      <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.14.1</version></plugin>
      <plugin><artifactId>maven-surefire-plugin</artifactId><version>3.5.4</version></plugin>
      <plugin>
        <artifactId>maven-jar-plugin</artifactId><version>3.4.2</version>
        <configuration><archive><manifest>
          <mainClass>com.example.$2</mainClass>
          <addClasspath>true</addClasspath>
          <classpathPrefix>$work/repository/</classpathPrefix>
          <classpathLayoutType>repository</classpathLayoutType>
        </manifest></archive></configuration>
      </plugin>
    </plugins>
  </build>
</project>
END
}

build() {
  mvn -B -ntp -s "$work/settings.xml" -f "$work/$1/pom.xml" -DskipTests package >"$work/$1.build" 2>&1 ||
    fail "$1 does not build" "$work/$1.build"
}

dependency() { # GROUP ARTIFACT VERSION
  echo "<dependency><groupId>$1</groupId><artifactId>$2</artifactId><version>$3</version></dependency>"
}

plugin=$(dependency dev.lblc vertx-lblc "$version")

# start LOG TEXT COMMAND...: in the background; returns once it printed that.
start() {
  local log=$1 text=$2
  shift 2
  : >"$log"
  "$@" >"$log" 2>&1 &
  local pid=$!
  pids+=("$pid")
  for _ in $(seq 600); do
    grep -q "$text" "$log" && return
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  fail "it did not start: $*" "$log"
}

# Three servers of which each answers its name.
upstreams() {
  cat >"$work/Upstreams.java" <<'END'
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;

class Upstreams {
  public static void main(String[] ports) throws Exception {
    for (String port : ports) {
      HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(port)), 0);
      server.createContext("/", exchange -> {
        exchange.sendResponseHeaders(200, port.length());
        exchange.getResponseBody().write(port.getBytes());
        exchange.close();
      });
      server.start();
    }
    System.out.println("listening");
  }
}
END
  start "$work/upstreams.log" listening "$java" "$work/Upstreams.java" "${ports[@]:2}"
}

services() { # NAME STRATEGY
  local servers=
  for upstream in "${ports[@]:2}"; do
    servers+="{\"id\": \"s$upstream\", \"host\": \"127.0.0.1\", \"port\": $upstream},"
  done
  echo "\"services\": {\"$1\": {\"strategy\": \"$2\", \"servers\": [${servers%,}]}}"
}

ask() { # DESTINATION
  curl -sS --fail --max-time 20 -H "tenant: $1" "http://127.0.0.1:$port/$1" || fail "no answer for $1" "$work/$way.log"
}

# Destinations stay where they are, and not all are on one server.
check() {
  declare -A used
  local home again
  for i in $(seq 30); do
    home=$(ask "$i")
    used[$home]=1
    for _ in 1 2; do
      again=$(ask "$i")
      [ "$again" = "$home" ] || fail "$1: $i was on $home and is on $again"
    done
  done
  [ ${#used[@]} = 3 ] || fail "$1: 30 destinations on ${!used[*]} only"
  echo "OK $1: 30 destinations on 3 servers, each on one"
}

ways=("$@")
[ ${#ways[@]} -gt 0 ] || ways=(web-proxy http-client strategy)
for way in "${ways[@]}"; do
  run=(-jar "$work/$way/target/$way.jar" "$port" "$work/config.json")
  case $way in
    web-proxy)
      project "$way" WebProxyGateway "$(dependency io.vertx vertx-web-proxy "$vertx")$plugin"
      echo "{$(services images lblc)}" >"$work/config.json"
      ;;
    http-client)
      project "$way" ReplicaCaller "$(dependency io.vertx vertx-core "$vertx")$plugin"
      echo "{$(services models lblc)}" >"$work/config.json"
      ;;
    strategy)
      project "$way" Rendezvous "$plugin"
      mkdir -p "$work/$way/src/main/resources/META-INF/services"
      echo com.example.Rendezvous >"$work/$way/src/main/resources/META-INF/services/dev.lblc.plugin.StrategyProvider"
      cat >"$work/config.json" <<END
{"listeners": [{"name": "web", "protocol": "http", "host": "127.0.0.1", "port": $port}],
 "routes": [{"listener": "web", "service": "shards", "destination": ["{header:tenant}"]}],
 $(services shards rendezvous),
 "admin": {"port": ${ports[1]}}}
END
      run=(-jar "$root/target/vertx-lblc.jar" run "$work/config.json" --plugins "$work/$way/target")
      ;;
    *)
      fail "$way: expected web-proxy, http-client or strategy"
      ;;
  esac
  build "$way"
  upstreams
  start "$work/$way.log" "ready" "$java" "${run[@]}"
  check "$way"
  end
done
