(ns libraries.bidi
  (:require [bidi.bidi :as bidi :refer [match-route path-for]]))

(def routes
  ["/" {"" :index
        "articles/" {"" :articles
                     [:id "/article.html"] :article
                     [[#"\d+" :year] "/" [#"\d\d" :month]] :archive}
        ["users/" [keyword :name] "/" [long :n]] :user
        "files" [[["/" [#".*" :path]] :file]]
        "admin" {:get {"/list" :list} :post {"/new" :new}}
        #{"a" "b"} :either
        true :not-found}])
(prn (map #(match-route routes %) ["/" "/articles/" "/articles/foo/article.html" "/articles/2020/07" "/users/ann/12" "/files/x/y.txt" "/a" "/b" "/zzz"]))
(prn (match-route routes "/admin/list" :request-method :get) (match-route routes "/admin/list" :request-method :post) (match-route routes "/admin/new" :request-method :post))
(prn (path-for routes :index) (path-for routes :article :id 77) (path-for routes :archive :year 2020 :month "07") (path-for routes :user :name :ann :n 3) (path-for routes :list))
(prn (path-for routes :file :path "a/b.txt") (path-for routes :nothing) (try (path-for routes :article) (catch Exception e (.getMessage e))))
(prn (map (juxt :handler :path) (sort-by (comp str :handler) (take 5 (bidi/route-seq ["/" {"a" :a "b" {"/c" :c}}])))))
(prn (match-route ["/" [["x" :x] [["y/" :id] :y] [["y/" :id "/z"] :z]]] "/y/1/z") (match-route ["" {"/a" (bidi/tag :handler :tagged)}] "/a"))
(prn (path-for ["" {"/a" (bidi/tag :handler :tagged)}] :tagged) (match-route ["/x/" {[[#"[a-c]+" :letters]] :l}] "/x/abc") (match-route ["/n" :n] "/n/more") (match-route [(bidi/->Alternates ["/p" "/q"]) :pq] "/q"))
(prn (bidi/url-encode "a b/ü") (bidi/url-decode "a%20b") (match-route ["/foo/" {[[keyword :k]] :k}] "/foo/abc%2Fdef"))
(defrecord Wrapped [inner] bidi/Matched (resolve-handler [_ m] (some-> (bidi/resolve-handler inner m) (assoc :wrapped true))) (unresolve-handler [_ m] (bidi/unresolve-handler inner m)))
(prn (match-route ["/" (->Wrapped {"in" :inside})] "/in") (path-for ["/" (->Wrapped {"in" :inside})] :inside))
